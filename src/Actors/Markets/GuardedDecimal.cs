namespace MarketManager.Actors.Markets;

/// <summary>Decimal arithmetic on numbers from outside: null instead of an <see cref="OverflowException"/>.</summary>
/// <remarks>The check is made in floating point first, since a venue that sends nonsense sends thousands of it.</remarks>
internal static class GuardedDecimal
{
    // Under decimal.MaxValue (7.92e28) by more than a double's error.
    private const double Limit = 7.9e28;

    /// <summary>The product; null where no decimal holds it.</summary>
    public static decimal? Times(decimal a, decimal b) => Math.Abs((double)a * (double)b) < Limit ? a * b : null;

    /// <summary>The quotient; null where no decimal holds it, by zero included.</summary>
    public static decimal? Over(decimal a, decimal b) => b != 0 && Math.Abs((double)a / (double)b) < Limit ? a / b : null;
}
