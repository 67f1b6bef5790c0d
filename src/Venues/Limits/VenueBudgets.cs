using MarketManager.Actors.Venues;

namespace MarketManager.Venues.Limits;

/// <summary>All budgets of this process, one per venue and outgoing address.</summary>
/// <remarks>One that nobody used for 90 minutes is forgotten, so that options with ever new proxies do not pile up. That is
/// longer than the hour after which markets are loaded anew, which announces the venue's limit again: nothing is lost.</remarks>
internal sealed class VenueBudgets
{
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(90);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly Dictionary<BudgetKey, VenueBudget> _budgets = [];
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ClusterBudgets? _cluster;
    private readonly LedgerLook? _ledger;
    private long _sweptAt;

    /// <summary>None yet.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="cluster">With whom they are shared; null: with nobody.</param>
    public VenueBudgets(TimeProvider time, ClusterBudgets? cluster = null)
    {
        (_time, _cluster, _sweptAt) = (time, cluster, time.GetTimestamp());
        if (cluster is not null)
        {
            cluster.Ledger.Blocked += Block;
            _ledger = new LedgerLook(cluster.Ledger, time);
        }
    }

    /// <summary>The budget of a venue at an address; the same object for everyone who asks.</summary>
    public VenueBudget Of(BudgetKey key)
    {
        lock (_gate)
        {
            Sweep();
            if (!_budgets.TryGetValue(key, out var budget))
            {
                budget = new VenueBudget(key, _time, _cluster);
                _budgets.Add(key, budget);
            }

            budget.Touch();
            return budget;
        }
    }

    /// <summary>The budgets of venues, of several addresses the one closest to its limit, as this node knows them; where it asks a venue
    /// nothing itself, as the cluster has it for this node's address.</summary>
    /// <param name="rateLimitOf">ccxt's, of a venue that counts no weights; null for one that there is not.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public async ValueTask<IReadOnlyDictionary<string, VenueBudgetStatus>> Status(
        Func<string, double?> rateLimitOf, CancellationToken cancellationToken)
    {
        var here = ByVenue(All());
        if (_ledger is null)
        {
            return here;
        }

        var seen = await _ledger.Look(cancellationToken);
        var elsewhere = ByVenue(
            from use in seen.Uses
            where use.Account.Egress == _cluster!.Egress
            let venue = new BudgetKey(use.Account.Venue, use.Account.Egress).VenueId
            let rateLimit = rateLimitOf(venue)
            where rateLimit is not null
            select (venue, StatusOf(use, VenueWeights.RuleOf(venue, use.Account.Part, rateLimit.Value), seen.At)));
        foreach (var (venue, status) in elsewhere)
        {
            here.TryAdd(venue, status);
        }

        return here;
    }

    /// <summary>Every budget that was used, with the id of its venue.</summary>
    public IReadOnlyList<(string Venue, VenueBudgetStatus Status)> All()
    {
        lock (_gate)
        {
            return
            [
                .. from pair in _budgets
                   let status = pair.Value.Status
                   where status is not null
                   select (pair.Key.VenueId, status),
            ];
        }
    }

    private static VenueBudgetStatus StatusOf(BudgetUse use, BudgetRule rule, DateTimeOffset at) =>
        new(use.Limit ?? rule.Limit, use.Used, use.Blocked > TimeSpan.Zero ? at + use.Blocked : null) { Sharing = BudgetSharing.Shared };

    private static Dictionary<string, VenueBudgetStatus> ByVenue(IEnumerable<(string Venue, VenueBudgetStatus Status)> budgets) => budgets
        .GroupBy(budget => budget.Venue, budget => budget.Status)
        .ToDictionary(
            venue => venue.Key,
            venue => venue.OrderByDescending(status => status.BlockedUntil).ThenByDescending(status => status.Used / status.Limit).First());

    // One that was not used here yet hears of it with its first claim.
    private void Block(BudgetBlock block)
    {
        lock (_gate)
        {
            foreach (var (key, budget) in _budgets)
            {
                if (_cluster!.Concerns(block, key))
                {
                    budget.Block(block.Length);
                }
            }
        }
    }

    private void Sweep()
    {
        if (_time.GetElapsedTime(_sweptAt) < SweepEvery)
        {
            return;
        }

        _sweptAt = _time.GetTimestamp();
        foreach (var (key, _) in _budgets.Where(pair => pair.Value.IsIdle(ForgottenAfter)).ToList())
        {
            _budgets.Remove(key);
        }
    }
}
