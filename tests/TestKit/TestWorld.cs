using MarketManager.Kernel;

namespace MarketManager.TestKit;

/// <summary>A world from a manual clock and a seed.</summary>
public static class TestWorld
{
    /// <summary>The same seed gives the same ids and the same jitter.</summary>
    public static World Create(TimeProvider time, int seed = 1) => new(time, new Random(seed));
}
