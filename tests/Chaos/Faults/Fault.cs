using MarketManager.Chaos.Tests.Rig;

namespace MarketManager.Chaos.Tests.Faults;

/// <summary>Something that befalls a cluster, and passes: after it all nodes run, and all links are fair.</summary>
/// <param name="Kind">Its name.</param>
/// <param name="Strike">Brings it about, and undoes it; all chance is of the given source.</param>
internal sealed record Fault(string Kind, Func<ClusterRig, Random, Task> Strike)
{
    /// <summary>How often it is drawn beside others.</summary>
    public int Weight { get; init; } = 2;

    /// <summary>Whether no node reaches the store meanwhile.</summary>
    public bool TakesStore { get; init; }

    /// <summary>What has to be there before it, while nothing is wrong yet; null: nothing.</summary>
    public Func<ClusterRig, Random, Task>? Prepare { get; init; }

    /// <summary>Whether it takes too long for the short set, which <c>scripts/test</c> draws from.</summary>
    public bool IsLong { get; init; }

    /// <summary>Whether it needs a node whose clock can be set.</summary>
    public bool NeedsNodeClock { get; init; }

    /// <summary>Whether it needs a PostgreSQL whose clock can be set.</summary>
    public bool NeedsStoreClock { get; init; }

    /// <summary>Whether it can befall a cluster.</summary>
    public bool Befalls(RigOptions cluster) =>
        (!NeedsStoreClock || cluster.Clocks.Contains(RigOptions.OfStore)) && (!NeedsNodeClock || cluster.Clocks.Any(number => number != RigOptions.OfStore));
}
