namespace MarketManager.Simulator.Pricing;

/// <summary>The length of a candle and where candles of that length begin (UTC; weeks on Monday, months on the first).</summary>
internal sealed class CandleInterval
{
    private const long MinuteMs = 60_000;
    private const long HourMs = 60 * MinuteMs;
    private const long DayMs = 24 * HourMs;
    private const long FirstMondayMs = 4 * DayMs; // 1970-01-05

    private static readonly Dictionary<string, CandleInterval> ByName = new(StringComparer.Ordinal)
    {
        ["1s"] = new(1000),
        ["1m"] = new(MinuteMs),
        ["3m"] = new(3 * MinuteMs),
        ["5m"] = new(5 * MinuteMs),
        ["15m"] = new(15 * MinuteMs),
        ["30m"] = new(30 * MinuteMs),
        ["1h"] = new(HourMs),
        ["2h"] = new(2 * HourMs),
        ["4h"] = new(4 * HourMs),
        ["6h"] = new(6 * HourMs),
        ["8h"] = new(8 * HourMs),
        ["12h"] = new(12 * HourMs),
        ["1d"] = new(DayMs),
        ["3d"] = new(3 * DayMs),
        ["1w"] = new(7 * DayMs, FirstMondayMs),
        ["1M"] = new(null),
    };

    private readonly long? _lengthMs;
    private readonly long _originMs;

    private CandleInterval(long? lengthMs, long originMs = 0)
    {
        _lengthMs = lengthMs;
        _originMs = originMs;
    }

    /// <summary>The interval of a name such as <c>15m</c>; <c>1M</c> is a month. Null when there is none.</summary>
    public static CandleInterval? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>When the candle that holds an instant began.</summary>
    public long OpenOf(long ms) =>
        _lengthMs is { } length ? ms - ((ms - _originMs) % length) : MonthOf(ms).ToUnixTimeMilliseconds();

    /// <summary>When the candle begins that is <paramref name="count"/> later (or earlier) than the one of <paramref name="openMs"/>.</summary>
    public long Step(long openMs, int count) =>
        _lengthMs is { } length ? openMs + (count * length) : MonthOf(openMs).AddMonths(count).ToUnixTimeMilliseconds();

    private static DateTimeOffset MonthOf(long ms)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(ms);
        return new DateTimeOffset(at.Year, at.Month, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
