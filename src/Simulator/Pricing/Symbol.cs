namespace MarketManager.Simulator.Pricing;

/// <summary>One pair of the venue, with the grids of its prices and quantities and its tape.</summary>
internal sealed class Symbol
{
    private readonly double _usualPrice;
    private volatile string _status;

    /// <summary>Lists a pair.</summary>
    /// <param name="index">Its place in the list, from 0.</param>
    /// <param name="base">What is traded.</param>
    /// <param name="quote">What it is priced in.</param>
    /// <param name="dailyVolumeUsd">The turnover of 24 hours, in USD, roughly.</param>
    /// <param name="status">Its trading status at the start.</param>
    /// <param name="seed">The simulator's seed.</param>
    public Symbol(int index, Asset @base, Asset quote, double dailyVolumeUsd, string status, ulong seed)
    {
        Index = index;
        Base = @base;
        Quote = quote;
        Name = @base.Name + quote.Name;
        _status = status;
        _usualPrice = @base.Usd / quote.Usd;
        // About 30,000 ticks to a price and under a dollar to a lot, where 8 decimals allow it.
        Prices = new Grid((byte)Math.Clamp(Math.Floor(4.5 - Math.Log10(_usualPrice)), 2, 8));
        Lots = new Grid((byte)Math.Clamp(Math.Floor(Math.Log10(@base.Usd)) + 1, 0, 8));
        Key = Hash.Mix(~seed, (ulong)index);
        Tape = new Tape(Key, dailyVolumeUsd, (double)Lots.Step * @base.Usd);
    }

    /// <summary>Its place in the list, from 0.</summary>
    public int Index { get; }

    /// <summary>Base and quote in one word, as in <c>BTCUSDT</c>.</summary>
    public string Name { get; }

    /// <summary>What is traded.</summary>
    public Asset Base { get; }

    /// <summary>What it is priced in.</summary>
    public Asset Quote { get; }

    /// <summary>The tick grid.</summary>
    public Grid Prices { get; }

    /// <summary>The lot grid.</summary>
    public Grid Lots { get; }

    /// <summary>Its trades.</summary>
    public Tape Tape { get; }

    /// <summary>What its own randomness is hashed from.</summary>
    public ulong Key { get; }

    /// <summary>Whether it may be traded on margin; the busy ones may.</summary>
    public bool IsMarginAllowed => Base.DailyVolumeUsd >= 20e6;

    /// <summary>One of <see cref="Statuses"/>.</summary>
    public string Status
    {
        get => _status;
        set => _status = value;
    }

    /// <summary>The trading statuses of the spot API.</summary>
    public static IReadOnlyList<string> Statuses { get; } = ["TRADING", "END_OF_DAY", "HALT", "BREAK", "CANCEL_ONLY"];

    /// <summary>The price at a deviation from the usual one, as the number of a tick.</summary>
    public long TicksAt(double deviation) => Prices.Nearest(_usualPrice * Math.Exp(deviation));

    /// <summary>The price at a deviation from the usual one.</summary>
    public decimal PriceAt(double deviation) => Prices.At(TicksAt(deviation));
}
