namespace MarketManager.Simulator.Pricing;

/// <summary>A symbol's price over a span of time: at any instant in it, and its extremes over any part of it.</summary>
internal sealed class PriceSpan
{
    private readonly Symbol _symbol;
    private readonly long _firstKnot;
    private readonly float[] _deviations;

    /// <summary>Works out the knots around [<paramref name="fromMs"/>, <paramref name="toMs"/>], Unix milliseconds.</summary>
    public PriceSpan(ulong seed, Symbol symbol, long fromMs, long toMs)
    {
        _symbol = symbol;
        _firstKnot = fromMs / PricePath.KnotMs;
        _deviations = new float[(toMs / PricePath.KnotMs) - _firstKnot + 2];
        var quote = new float[_deviations.Length];
        PricePath.Fill(seed, symbol.Base, _firstKnot, _deviations);
        PricePath.Fill(seed, symbol.Quote, _firstKnot, quote);
        for (var i = 0; i < quote.Length; i++)
        {
            _deviations[i] -= quote[i];
        }
    }

    /// <summary>The price at an instant, as the number of a tick.</summary>
    public long TicksAt(long ms) => _symbol.TicksAt(DeviationAt(ms));

    /// <summary>The price at an instant.</summary>
    public decimal At(long ms) => _symbol.Prices.At(TicksAt(ms));

    /// <summary>Lowest, highest and (geometric) mean price from one instant to another, both included.</summary>
    public (decimal Low, decimal High, decimal Mean) Over(long fromMs, long toMs)
    {
        var (first, last) = (DeviationAt(fromMs), DeviationAt(toMs));
        var (low, high, sum, count) = (Math.Min(first, last), Math.Max(first, last), first + last, 2);
        var begin = (int)((fromMs / PricePath.KnotMs) - _firstKnot) + 1;
        var end = (int)((toMs / PricePath.KnotMs) - _firstKnot);
        for (var i = begin; i <= end; i++)
        {
            double deviation = _deviations[i];
            (low, high, sum, count) = (Math.Min(low, deviation), Math.Max(high, deviation), sum + deviation, count + 1);
        }

        return (_symbol.PriceAt(low), _symbol.PriceAt(high), _symbol.PriceAt(sum / count));
    }

    private double DeviationAt(long ms)
    {
        var knot = ms / PricePath.KnotMs;
        var i = knot - _firstKnot;
        return Interpolate(_deviations[i], _deviations[i + 1], ms);
    }

    /// <summary>The deviation at an instant from those of the knots before and after it.</summary>
    public static double Interpolate(float before, float after, long ms) =>
        before + ((after - (double)before) * (ms % PricePath.KnotMs) / PricePath.KnotMs);
}
