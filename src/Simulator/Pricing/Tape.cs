namespace MarketManager.Simulator.Pricing;

/// <summary>A symbol's trades, numbered from its listing: when each happened and how much had changed hands by then.</summary>
/// <remarks>Volume is cumulative by trade, so that candles add up to the day and trades to their candle, to the lot.</remarks>
internal sealed class Tape
{
    /// <summary>When every symbol was listed: 2017-07-14, Unix milliseconds. Nothing is traded before.</summary>
    public const long ListedMs = 1_499_990_400_000;

    private const double DayMs = 86_400_000;
    private const double UsualTradeUsd = 800;

    private readonly ulong _key;
    private readonly long _intervalMs;
    private readonly long _meanLots;

    /// <summary>Creates the tape of a symbol.</summary>
    /// <param name="key">What its randomness is hashed from.</param>
    /// <param name="dailyVolumeUsd">The turnover of 24 hours to come near, in USD.</param>
    /// <param name="lotUsd">What one lot is worth, in USD.</param>
    public Tape(ulong key, double dailyVolumeUsd, double lotUsd)
    {
        _key = key;
        _intervalMs = (long)Math.Clamp(DayMs * UsualTradeUsd / dailyVolumeUsd, 20, 1000);
        _meanLots = Math.Max(20, (long)(dailyVolumeUsd / lotUsd * _intervalMs / DayMs));
    }

    /// <summary>When a trade happened, Unix milliseconds.</summary>
    public long TimeOf(long id) => ListedMs + (id * _intervalMs) + (long)(Hash.Mix(_key, (ulong)id) % (ulong)_intervalMs);

    /// <summary>The id of the first trade at or after an instant, which is also the number of trades before it.</summary>
    public long FirstAt(long ms)
    {
        var id = Math.Max(0, ms - ListedMs) / _intervalMs;
        return TimeOf(id) < ms ? id + 1 : id;
    }

    /// <summary>The size of a trade, in lots.</summary>
    public long LotsOf(long id) => LotsBefore(id + 1) - LotsBefore(id);

    /// <summary>Whether the seller was the taker.</summary>
    public bool BuyerIsMaker(long id) => (Hash.Mix(_key, ~(ulong)id) & 1) == 0;

    /// <summary>Everything traded before a trade, in lots.</summary>
    public long LotsBefore(long id)
    {
        // The slopes of the two waves and the jitter stay under 1 together, so this only rises.
        var waves = Wave(id, DayMs, 0.35) + Wave(id, 53 * 60_000, 0.15);
        var jitter = 0.4 * Hash.Unit(_key ^ 0x5157, (ulong)id);
        return (_meanLots * id) + (long)Math.Floor(_meanLots * (waves + jitter));
    }

    /// <summary>A surplus that swings so that the rate of trading swings by <paramref name="slope"/>.</summary>
    private double Wave(long id, double periodMs, double slope)
    {
        var trades = periodMs / _intervalMs / Math.Tau;
        return slope * trades * Math.Sin(id / trades);
    }
}
