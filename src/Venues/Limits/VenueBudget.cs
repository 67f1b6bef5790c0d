using MarketManager.Actors.Runs;
using MarketManager.Actors.Venues;
using MarketManager.Kernel;

namespace MarketManager.Venues.Limits;

/// <summary>What may be asked of one venue from one address: everyone who asks it waits here for their turn.</summary>
/// <remarks>By priority, first come first served within one. A venue that said "too many requests" is left alone as a whole,
/// for as long as it said. In a cluster a request also needs weight that was granted to this node.</remarks>
internal sealed class VenueBudget(BudgetKey key, TimeProvider time, ClusterBudgets? cluster = null)
{
    private const int TellTries = 30;
    private static readonly TimeSpan TellAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBlock = TimeSpan.FromDays(7);

    private readonly string _venue = key.VenueId;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RequestQueue> _parts = [];
    private readonly long _origin = time.GetTimestamp();
    private TimeSpan _blockedUntil;
    private TimeSpan _usedAt;

    /// <summary>The part of the budget that is closest to its limit.</summary>
    public VenueBudgetStatus? Status
    {
        get
        {
            lock (_gate)
            {
                var now = Elapsed;
                DateTimeOffset? blockedUntil = _blockedUntil > now ? time.GetUtcNow() + (_blockedUntil - now) : null;
                return _parts.Values
                    .Select(part => new VenueBudgetStatus(
                        part.Rule.Limit, Math.Max(part.Rule.Used(now), part.Share?.Used(now) ?? 0), blockedUntil)
                    {
                        Sharing = part.Share is not { } share ? BudgetSharing.None : share.Away ? BudgetSharing.Away : BudgetSharing.Shared,
                    })
                    .MaxBy(status => status.Used / status.Limit);
            }
        }
    }

    private TimeSpan Elapsed => time.GetElapsedTime(_origin);

    /// <summary>Someone is about to use it.</summary>
    public void Touch()
    {
        lock (_gate)
        {
            _usedAt = Elapsed;
        }
    }

    /// <summary>Whether nobody used it for so long and nothing in it matters any more: no block, no one waiting, no weight that
    /// still counts.</summary>
    public bool IsIdle(TimeSpan since)
    {
        lock (_gate)
        {
            var now = Elapsed;
            return now - _usedAt > since
                && _blockedUntil <= now
                && _parts.Values.All(part => part.Peek() is null && part.Rule.IsUntouched(now));
        }
    }

    /// <summary>Waits until a request may go.</summary>
    /// <param name="priority">Who goes first.</param>
    /// <param name="endpoint">First segment of the path.</param>
    /// <param name="cost">In ccxt's units.</param>
    /// <param name="rateLimit">Milliseconds per unit of cost.</param>
    /// <param name="cancellationToken">Gives the place in the queue up.</param>
    /// <exception cref="VenueException">rate_limited: the request weighs more than a minute allows, or too many wait.</exception>
    public Task Acquire(RequestPriority priority, string endpoint, double cost, double rateLimit, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _usedAt = Elapsed;
            var part = PartOf(endpoint, rateLimit);
            if (part.Rule.WaitFor(Elapsed, cost) is null)
            {
                return Task.FromException(new VenueException(
                    ErrorKinds.RateLimited, $"the request weighs more than {_venue} allows in a minute ({part.Rule.Limit})"));
            }

            if (part.IsFull)
            {
                return Task.FromException(new VenueException(
                    ErrorKinds.RateLimited, $"{RequestQueue.Capacity} requests to {_venue} are waiting already"));
            }

            var turn = part.Add(priority, cost, rateLimit, cancellationToken);
            Pump(part);
            return turn;
        }
    }

    /// <summary>A response of the venue tells about its limits.</summary>
    /// <param name="endpoint">First segment of the path.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="usedWeight">What it has counted in its minute; null where it does not say.</param>
    /// <param name="retryAfter">What it wants to wait; null where it does not say.</param>
    public void Observe(string endpoint, int status, double? usedWeight, TimeSpan? retryAfter)
    {
        lock (_gate)
        {
            var now = _usedAt = Elapsed;
            var part = _parts.GetValueOrDefault(VenueWeights.PartOf(_venue, endpoint));
            if (usedWeight is { } used && double.IsFinite(used) && part is not null)
            {
                Correct(part, now, used);
            }

            if (status is 429 or 418)
            {
                // Without a word: Binance counts minutes and bans for two at least, others mostly count seconds.
                var block = retryAfter ?? TimeSpan.FromSeconds(status == 418 ? 120 : part?.Rule.Weighted == true ? 60 : 10);
                Block(block < LongestBlock ? block : LongestBlock);
                if (cluster is not null)
                {
                    _ = TellBlock(cluster, _blockedUntil);
                }
            }
        }
    }

    /// <summary>The venue is to be left alone, as it said here or to another node. A shorter block does not end a longer one.</summary>
    public void Block(TimeSpan length)
    {
        lock (_gate)
        {
            var until = Elapsed + length;
            _blockedUntil = until > _blockedUntil ? until : _blockedUntil;
        }
    }

    /// <summary>The venue announced what it allows in a minute; what it cannot mean is not believed.</summary>
    public void Announce(string endpoint, double limit)
    {
        lock (_gate)
        {
            if (IBudgetLedger.IsMeant(limit) && _parts.TryGetValue(VenueWeights.PartOf(_venue, endpoint), out var part))
            {
                part.Rule.Announce(limit);
                part.Share?.Announce(limit);
                Pump(part);
            }
        }
    }

    private RequestQueue PartOf(string endpoint, double rateLimit)
    {
        var name = VenueWeights.PartOf(_venue, endpoint);
        if (!_parts.TryGetValue(name, out var part))
        {
            var rule = VenueWeights.RuleOf(_venue, endpoint, rateLimit);
            var share = cluster is null ? null : new BudgetShare(new BudgetAccount(key.Venue, cluster.EgressOf(key), name), rule);
            part = new RequestQueue(rule, share, time, PumpLater);
            _parts.Add(name, part);
        }

        return part;
    }

    private void PumpLater(RequestQueue part)
    {
        lock (_gate)
        {
            Pump(part);
        }
    }

    /// <summary>Lets go whoever may, and comes back when the next one may.</summary>
    private void Pump(RequestQueue part)
    {
        while (part.Peek() is { } request)
        {
            var now = Elapsed;
            var wait = part.Rule.WaitFor(now, request.Cost);
            if (wait is null)
            {
                part.Refuse(new VenueException(ErrorKinds.RateLimited, $"{_venue} has lowered its limit below the request's weight"));
                continue;
            }

            if (part is { Share: not null, Rule.Weighted: true })
            {
                wait = TimeSpan.Zero; // the ledger knows of all that was asked, from here as well
            }

            wait = _blockedUntil - now > wait ? _blockedUntil - now : wait;
            if (wait > TimeSpan.Zero)
            {
                part.WakeAfter(wait.Value);
                return;
            }

            if (part.Share is { } share && !share.Spend(now, part.Rule.WeightOf(request.Cost)))
            {
                WaitForShare(part, share, now, request);
                return;
            }

            part.Rule.Take(now, request.Cost, request.RateLimit);
            part.Grant();
        }
    }

    private void WaitForShare(RequestQueue part, BudgetShare share, TimeSpan now, RequestQueue.Request request)
    {
        var weight = part.Rule.WeightOf(request.Cost);
        if (share.NextAt(now, weight) is { } next)
        {
            part.WakeAfter(next - now);
        }
        else if (!share.Claiming)
        {
            _ = Claim(part, share, weight, request.RateLimit);
        }
    }

    private async Task Claim(RequestQueue part, BudgetShare share, double least, double rateLimit)
    {
        var sent = Elapsed;
        var claim = share.Claim(sent, least, rateLimit);
        BudgetGrant? grant = null;
        try
        {
            grant = await cluster!.Ledger.Take(claim, CancellationToken.None);
        }
        catch (Exception)
        {
            // Whatever it was: nothing is granted. The status says so, and the next claim is soon.
        }

        lock (_gate)
        {
            if (grant is null)
            {
                share.Failed(Elapsed);
            }
            else
            {
                Block(grant.Blocked);
                share.Granted(claim, grant, sent, Elapsed);
            }

            Pump(part);
        }
    }

    /// <summary>In a cluster the venue counts what all nodes ask, so only the ledger can tell what comes from elsewhere.</summary>
    private void Correct(RequestQueue part, TimeSpan now, double counted)
    {
        if (part.Share is not { } share)
        {
            part.Rule.Correct(now, counted);
        }
        else if (share.Report(now, counted))
        {
            _ = Claim(part, share, 0, 0);
        }
    }

    private async Task TellBlock(ClusterBudgets others, TimeSpan until)
    {
        for (var i = 0; i < TellTries && until > Elapsed; i++)
        {
            try
            {
                await others.Ledger.Block(new BudgetBlock(key.Venue, others.EgressOf(key), until - Elapsed), CancellationToken.None);
                return;
            }
            catch (StoreException)
            {
                await Task.Delay(TellAgainAfter, time);
            }
        }
    }
}
