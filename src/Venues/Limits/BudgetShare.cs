using MarketManager.Actors.Venues;

namespace MarketManager.Venues.Limits;

/// <summary>What a node holds of one part of a cluster's budget, and how much it claims. Used under the budget's lock.</summary>
/// <remarks>Instants are time since an origin of the caller's, on a monotonic clock. Pure but for what it remembers.</remarks>
internal sealed class BudgetShare(BudgetAccount account, BudgetRule rule)
{
    // A node that is busy claims for the next seconds, but never all that there is left: others have to live as well.
    private const double Largest = 1 / 3d;
    private const double Rounding = 1e-6;
    private static readonly TimeSpan LateBy = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly List<Slice> _slices = [];
    private List<Unspent> _unspent = [];
    private TimeSpan? _claimed;
    private TimeSpan _rests;
    private TimeSpan _pacedAt;
    private double _pace;
    private double _known;
    private double _clock;
    private double? _announced;
    private double? _reported;

    /// <summary>Whether a claim is under way: one at a time.</summary>
    public bool Claiming { get; private set; }

    /// <summary>Whether the last claim failed.</summary>
    public bool Away { get; private set; }

    /// <summary>What the cluster was granted in the last minute, as far as this node knows.</summary>
    public double Used(TimeSpan now) => _claimed is { } at && now - at < Minute ? _known : 0;

    /// <summary>The venue announced a limit: the others are to know.</summary>
    public void Announce(double limit) => _announced = limit;

    /// <summary>The venue said what it has counted.</summary>
    /// <returns>Whether it is more than the cluster knows of, so that it should be told now.</returns>
    public bool Report(TimeSpan now, double counted)
    {
        if (!rule.Weighted || counted <= Used(now))
        {
            return false;
        }

        _reported = Math.Max(_reported ?? 0, counted);
        return !Claiming && _rests <= now && !(_claimed > now - RetryAfter);
    }

    /// <summary>Spends weight, if it is held.</summary>
    public bool Spend(TimeSpan now, double weight)
    {
        Expire(now);
        var usable = _slices.Where(slice => slice.From <= now).OrderBy(slice => slice.Until).ToList();
        if (usable.Sum(slice => slice.Weight) < weight - Rounding)
        {
            return false;
        }

        _pace = Pace(now) + weight;
        _pacedAt = now;
        foreach (var slice in usable)
        {
            var part = Math.Min(slice.Weight, weight);
            (slice.Weight, weight) = (slice.Weight - part, weight - part);
        }

        return true;
    }

    /// <summary>When what was promised, or the next claim, may bring enough; null when it is time to claim.</summary>
    public TimeSpan? NextAt(TimeSpan now, double weight)
    {
        var promise = _slices.Where(slice => slice.From > now && slice.Weight >= weight - Rounding).MinBy(slice => slice.From);
        return promise?.From ?? (_rests > now ? _rests : null);
    }

    /// <summary>Begins a claim.</summary>
    /// <param name="now">It is sent after that.</param>
    /// <param name="least">What the next request weighs; zero only to tell and to hear.</param>
    /// <param name="rateLimit">Milliseconds per unit of cost.</param>
    public BudgetClaim Claim(TimeSpan now, double least, double rateLimit)
    {
        Claiming = true;
        Expire(now);
        var returned = _unspent;
        _unspent = [];
        var want = least <= 0 ? 0 : least * Math.Max(1, Math.Floor(Foreseen(now, rateLimit) / least)); // a remainder would be lost
        return new BudgetClaim(account, least, want, rule.Limit)
        {
            Announced = _announced,
            Reported = _reported,
            Returned = returned,
            Spacing = rule.Weighted ? null : TimeSpan.FromMilliseconds(Math.Max(0, rateLimit)),
            Last = _claimed is { } at ? new LastClaim(_clock, now - at) : null,
        };
    }

    /// <summary>The claim was answered.</summary>
    public void Granted(BudgetClaim claim, BudgetGrant grant, TimeSpan sent, TimeSpan now)
    {
        (Claiming, Away, _claimed, _clock, _known) = (false, false, sent, grant.Clock, grant.Used);
        _announced = _announced == claim.Announced ? null : _announced;
        _reported = _reported > grant.Used ? _reported : null;
        rule.Announce(grant.Limit);
        if (grant.Weight > 0)
        {
            // From when it certainly has begun to when it certainly still holds.
            var from = now + grant.Wait;
            var until = claim.Spacing is { } spacing
                ? from + (grant.Weight * spacing) + LateBy
                : sent + grant.Wait + IBudgetLedger.Validity;
            _slices.Add(new Slice(grant.Second, grant.Weight, from, until));
        }
        else if (claim.Least > 0)
        {
            _rests = now + (grant.Wait > RetryAfter ? grant.Wait : RetryAfter);
        }
    }

    /// <summary>The claim failed: what is held may be spent, then everyone waits.</summary>
    /// <remarks>What the venue had counted is forgotten, in case it is what no ledger takes: its next answer says it anew.</remarks>
    public void Failed(TimeSpan now) => (Claiming, Away, _rests, _reported) = (false, true, now + RetryAfter, null);

    private void Expire(TimeSpan now)
    {
        if (rule.Weighted)
        {
            _unspent.AddRange(_slices.Where(slice => slice.Until <= now && slice.Weight > 0).Select(slice => new Unspent(slice.Second, slice.Weight)));
        }

        _slices.RemoveAll(slice => slice.Until <= now || slice.Weight <= 0);
    }

    /// <summary>What the seconds that a slice holds will take, going by those before.</summary>
    private double Foreseen(TimeSpan now, double rateLimit) => Math.Min(
        Pace(now),
        rule.Weighted ? Math.Max(0, rule.Limit - Used(now)) * Largest : LateBy.TotalMilliseconds / Math.Max(rateLimit, 1));

    private double Pace(TimeSpan now) => _pace * Math.Exp((_pacedAt - now) / (rule.Weighted ? IBudgetLedger.Validity : LateBy));

    private sealed class Slice(long second, double weight, TimeSpan from, TimeSpan until)
    {
        public long Second => second;

        public double Weight { get; set; } = weight;

        public TimeSpan From => from;

        public TimeSpan Until => until;
    }
}
