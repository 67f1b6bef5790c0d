namespace MarketManager.Simulator.Pricing;

/// <summary>The multiples of a power of ten that a price or a quantity may take.</summary>
/// <param name="Decimals">Digits after the point, 0 to 8.</param>
internal readonly record struct Grid(byte Decimals)
{
    /// <summary>The distance of two neighbours: the tick or lot size.</summary>
    public decimal Step => At(1);

    /// <summary>The grid's value number <paramref name="steps"/>, exact.</summary>
    public decimal At(long steps)
    {
        var magnitude = (ulong)Math.Abs(steps);
        return new decimal((int)magnitude, (int)(magnitude >> 32), 0, steps < 0, Decimals);
    }

    /// <summary>The number of the value nearest to <paramref name="value"/>, at least 1: nothing costs zero.</summary>
    public long Nearest(double value) => Math.Max(1, (long)Math.Round(value * Math.Pow(10, Decimals)));

    /// <summary>The grid's value nearest to <paramref name="value"/>, at least one step.</summary>
    public decimal Snap(double value) => At(Nearest(value));
}
