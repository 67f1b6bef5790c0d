namespace MarketManager.Simulator.Pricing;

/// <summary>One candle. Prices: quote per base. Times: Unix milliseconds, the close one before the next open.</summary>
internal readonly record struct Candle(
    long OpenMs, long CloseMs, decimal Open, decimal High, decimal Low, decimal Close,
    decimal Volume, decimal QuoteVolume, long Trades, decimal TakerBuyVolume, decimal TakerBuyQuoteVolume)
{
    /// <summary>Draws the candle that begins at <paramref name="openMs"/>, as far as it has come by now.</summary>
    public static Candle Draw(ulong seed, Symbol symbol, long openMs, long nextOpenMs, long nowMs)
    {
        var endMs = Math.Min(nextOpenMs, nowMs);
        var span = new PriceSpan(seed, symbol, openMs, endMs);
        var (low, high, mean) = span.Over(openMs, endMs);
        var (first, next) = (symbol.Tape.FirstAt(openMs), symbol.Tape.FirstAt(endMs));
        var lots = symbol.Tape.LotsBefore(next) - symbol.Tape.LotsBefore(first);
        var bought = (long)(lots * (0.4 + (0.2 * Hash.Unit(symbol.Key, (ulong)openMs))));
        return new Candle(
            openMs, nextOpenMs - 1, span.At(openMs), high, low, span.At(endMs),
            symbol.Lots.At(lots), symbol.Lots.At(lots) * mean, next - first,
            symbol.Lots.At(bought), symbol.Lots.At(bought) * mean);
    }
}
