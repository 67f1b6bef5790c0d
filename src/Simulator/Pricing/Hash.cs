namespace MarketManager.Simulator.Pricing;

/// <summary>Randomness without state: the same inputs give the same number, on every start.</summary>
internal static class Hash
{
    /// <summary>Mixes two numbers into one (the finalizer of splitmix64).</summary>
    public static ulong Mix(ulong a, ulong b)
    {
        var z = (a * 0x9E3779B97F4A7C15) + b + 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number in [0, 1).</summary>
    public static double Unit(ulong a, ulong b) => (Mix(a, b) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number in [-1, 1).</summary>
    public static double Signed(ulong a, ulong b) => (2 * Unit(a, b)) - 1;
}
