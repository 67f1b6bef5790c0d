using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MarketManager.Simulator.Pricing;

/// <summary>An asset's path over the 24 hours up to a knot, in a ring to which knots are added as time comes to them.</summary>
internal sealed class RollingPath(ulong seed, Asset asset)
{
    /// <summary>24 hours of knots, both ends included.</summary>
    public const int Knots = (int)(86_400_000 / PricePath.KnotMs) + 1;

    private readonly float[] _ring = new float[Knots];
    private readonly float[] _next = new float[1];
    private long _knot = -1;

    /// <summary>The deviation at the newest knot.</summary>
    public float Newest => _ring[_knot % Knots];

    /// <summary>The deviation at the knot after the newest.</summary>
    public float Next => _next[0];

    /// <summary>The deviation 24 hours before the newest knot.</summary>
    public float Oldest => _ring[(_knot + 1) % Knots];

    /// <summary>Moves the window so that it ends at a knot; going back in time draws it anew.</summary>
    public void MoveTo(long knot)
    {
        if (knot == _knot)
        {
            return;
        }

        var first = knot > _knot && knot - _knot < Knots ? _knot + 1 : knot - Knots + 1;
        while (first <= knot)
        {
            var slot = (int)(first % Knots);
            var run = (int)Math.Min(Knots - slot, knot - first + 1);
            PricePath.Fill(seed, asset, first, _ring.AsSpan(slot, run));
            first += run;
        }

        _knot = knot;
        PricePath.Fill(seed, asset, knot + 1, _next);
    }

    /// <summary>Lowest, highest and mean of (this - quote) over the window; both must end at the same knot.</summary>
    public (float Low, float High, float Mean) RangeAgainst(RollingPath quote)
    {
        // The order of the knots does not matter, so the rings need not be unrolled. The width is fixed, not the machine's
        // widest, so that the sum is rounded in the same way everywhere.
        var mine = MemoryMarshal.Cast<float, Vector256<float>>(_ring);
        var theirs = MemoryMarshal.Cast<float, Vector256<float>>(quote._ring);
        var (low, high, sum) = (mine[0] - theirs[0], mine[0] - theirs[0], Vector256<float>.Zero);
        for (var i = 0; i < mine.Length; i++)
        {
            var deviation = mine[i] - theirs[i];
            (low, high, sum) = (Vector256.Min(low, deviation), Vector256.Max(high, deviation), sum + deviation);
        }

        var (lowest, highest, total) = (float.MaxValue, float.MinValue, Vector256.Sum(sum));
        for (var lane = 0; lane < Vector256<float>.Count; lane++)
        {
            (lowest, highest) = (Math.Min(lowest, low[lane]), Math.Max(highest, high[lane]));
        }

        for (var i = mine.Length * Vector256<float>.Count; i < Knots; i++)
        {
            var deviation = _ring[i] - quote._ring[i];
            (lowest, highest, total) = (Math.Min(lowest, deviation), Math.Max(highest, deviation), total + deviation);
        }

        return (lowest, highest, Math.Clamp(total / Knots, lowest, highest));
    }
}
