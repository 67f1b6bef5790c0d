using MarketManager.Actors.Runs;
using MarketManager.Actors.Venues;

namespace MarketManager.Venues.Limits;

/// <summary>What may be asked of one venue from one address: everyone who asks it waits here for their turn.</summary>
/// <remarks>By priority, first come first served within one. A venue that said "too many requests" is left alone as a whole,
/// for as long as it said.</remarks>
internal sealed class VenueBudget(string venue, TimeProvider time)
{
    private static readonly TimeSpan LongestBlock = TimeSpan.FromDays(7);

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
                return _parts.Values.Select(part => part.Rule)
                    .OrderByDescending(rule => rule.Used(now) / rule.Limit)
                    .Select(rule => new VenueBudgetStatus(rule.Limit, rule.Used(now), blockedUntil))
                    .FirstOrDefault();
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
                    ErrorKinds.RateLimited, $"the request weighs more than {venue} allows in a minute ({part.Rule.Limit})"));
            }

            if (part.IsFull)
            {
                return Task.FromException(new VenueException(
                    ErrorKinds.RateLimited, $"{RequestQueue.Capacity} requests to {venue} are waiting already"));
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
            var part = _parts.GetValueOrDefault(VenueWeights.PartOf(venue, endpoint));
            if (usedWeight is { } used)
            {
                part?.Rule.Correct(now, used);
            }

            if (status is 429 or 418)
            {
                // Without a word: Binance counts minutes and bans for two at least, others mostly count seconds.
                var block = retryAfter ?? TimeSpan.FromSeconds(status == 418 ? 120 : part?.Rule.Weighted == true ? 60 : 10);
                var until = now + (block < LongestBlock ? block : LongestBlock);
                _blockedUntil = until > _blockedUntil ? until : _blockedUntil;
            }
        }
    }

    /// <summary>The venue announced what it allows in a minute.</summary>
    public void Announce(string endpoint, double limit)
    {
        lock (_gate)
        {
            if (_parts.TryGetValue(VenueWeights.PartOf(venue, endpoint), out var part))
            {
                part.Rule.Announce(limit);
                Pump(part);
            }
        }
    }

    private RequestQueue PartOf(string endpoint, double rateLimit)
    {
        var name = VenueWeights.PartOf(venue, endpoint);
        if (!_parts.TryGetValue(name, out var part))
        {
            part = new RequestQueue(VenueWeights.RuleOf(venue, endpoint, rateLimit), time, PumpLater);
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
                part.Refuse(new VenueException(ErrorKinds.RateLimited, $"{venue} has lowered its limit below the request's weight"));
                continue;
            }

            wait = _blockedUntil - now > wait ? _blockedUntil - now : wait;
            if (wait > TimeSpan.Zero)
            {
                part.WakeAfter(wait.Value);
                return;
            }

            part.Rule.Take(now, request.Cost, request.RateLimit);
            part.Grant();
        }
    }
}
