namespace MarketManager.Simulator.Pricing;

/// <summary>How far an asset is from its usual price, as a pure function of seed, asset and instant.</summary>
/// <remarks>
/// The natural logarithm of price / usual price, given at knots 20 s apart and linear between them, so that the extremes
/// of any span lie at its ends or at a knot. A sum of octaves of value noise whose amplitude grows with the square root of
/// the period, as a random walk's would. An asset has one path whatever it is priced in: cross rates agree.
/// </remarks>
internal static class PricePath
{
    /// <summary>Milliseconds between two knots.</summary>
    public const long KnotMs = 20_000;

    private const double AmplitudeOfOneKnot = 0.0005;

    /// <summary>20 s, 1 min, 10 min, 1 h, 8 h, 2 d and 14 d, in knots.</summary>
    private static readonly int[] Periods = [1, 3, 30, 180, 1440, 8640, 60480];

    /// <summary>The asset's deviations at consecutive knots, the first at <c>firstKnot * KnotMs</c> since 1970.</summary>
    /// <remarks>A knot's value does not depend on where the span begins: octaves are added in a fixed order.</remarks>
    public static void Fill(ulong seed, Asset asset, long firstKnot, Span<float> into)
    {
        into.Clear();
        for (var octave = 0; octave < Periods.Length; octave++)
        {
            var period = Periods[octave];
            var key = Hash.Mix(Hash.Mix(seed, (ulong)asset.Index), (ulong)octave);
            var amplitude = asset.Volatility * AmplitudeOfOneKnot * Math.Sqrt(period);
            // Without a shift of its own every asset would rest at the same instants.
            var position = firstKnot + (long)(Hash.Mix(key, ulong.MaxValue) % (ulong)period);
            var (cell, phase) = (position / period, (int)(position % period));
            var (left, right) = (Hash.Signed(key, (ulong)cell), Hash.Signed(key, (ulong)cell + 1));
            for (var i = 0; i < into.Length; i++)
            {
                var x = (double)phase / period;
                into[i] += (float)(amplitude * (left + ((right - left) * x * x * (3 - (2 * x)))));
                if (++phase == period)
                {
                    (phase, cell) = (0, cell + 1);
                    (left, right) = (right, Hash.Signed(key, (ulong)cell + 1));
                }
            }
        }
    }
}
