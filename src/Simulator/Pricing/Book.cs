namespace MarketManager.Simulator.Pricing;

/// <summary>A symbol's order book around its last price.</summary>
internal static class Book
{
    /// <summary>The levels of one side, best first, as numbers of ticks and lots.</summary>
    /// <param name="symbol">The symbol.</param>
    /// <param name="lastTicks">The last price; the best level is one tick away from it.</param>
    /// <param name="ms">The instant; sizes change every second.</param>
    /// <param name="side">-1 for bids, 1 for asks.</param>
    /// <param name="limit">The most levels; bids end earlier where the price would be zero.</param>
    public static IEnumerable<(long Ticks, long Lots)> Side(Symbol symbol, long lastTicks, long ms, int side, int limit)
    {
        var ticks = lastTicks + side;
        for (var i = 0; i < limit && ticks > 0; i++)
        {
            yield return (ticks, LotsAt(symbol, ticks, ms));
            ticks += side * (1 + (long)(Hash.Mix(symbol.Key, (ulong)ticks) % 3));
        }
    }

    /// <summary>What is offered at a price, in lots: from about 20 to 20,000 USD, small sizes more often.</summary>
    public static long LotsAt(Symbol symbol, long ticks, long ms)
    {
        var usd = 20 * Math.Pow(1000, Hash.Unit(symbol.Key ^ (ulong)(ms / 1000), (ulong)ticks));
        return symbol.Lots.Nearest(usd / symbol.Base.Usd);
    }
}
