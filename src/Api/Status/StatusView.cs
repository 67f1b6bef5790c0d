using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Settings;
using MarketManager.Actors.Venues;
using MarketManager.Cluster.Inspection;

namespace MarketManager.Api.Status;

/// <summary>Everything that the status shows, at one instant.</summary>
/// <param name="Version">Of the program.</param>
/// <param name="Node">This node.</param>
/// <param name="State">This node's, after a look at what it needs.</param>
/// <param name="Now">The instant.</param>
/// <param name="Paused">True while no schedule starts runs.</param>
/// <param name="Nodes">Those of the cluster; empty where this one is on its own.</param>
/// <param name="Exchanges">Null where the store cannot be read.</param>
/// <param name="Runs">Those of the last hour; null where the store cannot be read.</param>
/// <param name="Storage">What the store says of itself.</param>
/// <param name="Workers">This node's.</param>
internal sealed record StatusView(
    string Version,
    NodeInfo Node,
    NodeState State,
    DateTimeOffset Now,
    bool Paused,
    IReadOnlyList<NodeStatus> Nodes,
    ExchangeCounts? Exchanges,
    RunCounts? Runs,
    StoreHealth Storage,
    IReadOnlyList<WorkerStatus> Workers);
