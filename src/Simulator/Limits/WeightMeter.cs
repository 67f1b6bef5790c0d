namespace MarketManager.Simulator.Limits;

/// <summary>What the venue made of a request's weight.</summary>
/// <param name="Status">200, 429 when the minute's weight is used up, 418 when the client is banned.</param>
/// <param name="Used">The weight used in this minute, this request included.</param>
/// <param name="RetryAfter">How long to stay away; zero with 200.</param>
/// <param name="Until">When that will be over.</param>
internal readonly record struct Toll(int Status, long Used, TimeSpan RetryAfter, DateTimeOffset Until);

/// <summary>Counts request weight in fixed windows, one per minute of the clock, and turns away what is over the limit.</summary>
/// <remarks>
/// A client that goes on asking after many refusals in one minute is banned: two minutes the first time, twice as long each
/// time after, three days at most. All clients count as one: they share this machine's address.
/// </remarks>
internal sealed class WeightMeter(int limit)
{
    /// <summary>The refusals in one minute that lead to a ban. The venue does not publish its number.</summary>
    public const int RefusalsBeforeBan = 20;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstBan = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestBan = TimeSpan.FromDays(3);

    private readonly Lock _gate = new();
    private long _window;
    private long _used;
    private int _refusals;
    private TimeSpan _nextBan = FirstBan;
    private DateTimeOffset _bannedUntil;

    /// <summary>Weight allowed per minute.</summary>
    public int Limit { get; } = limit;

    /// <summary>Adds a request's weight; what is refused counts too.</summary>
    public Toll Take(int weight, DateTimeOffset now)
    {
        lock (_gate)
        {
            var window = now.Ticks / Window.Ticks;
            if (window != _window)
            {
                (_window, _used, _refusals) = (window, 0, 0);
            }

            _used += weight;
            if (now < _bannedUntil)
            {
                return new Toll(418, _used, _bannedUntil - now, _bannedUntil);
            }

            if (_used <= Limit)
            {
                return new Toll(200, _used, TimeSpan.Zero, now);
            }

            if (++_refusals > RefusalsBeforeBan)
            {
                _bannedUntil = now + _nextBan;
                _nextBan = _nextBan * 2 < LongestBan ? _nextBan * 2 : LongestBan;
                return new Toll(418, _used, _bannedUntil - now, _bannedUntil);
            }

            var end = new DateTimeOffset((window + 1) * Window.Ticks, TimeSpan.Zero);
            return new Toll(429, _used, end - now, end);
        }
    }
}
