using MarketManager.Actors.Settings;
using MarketManager.Actors.Venues;
using MarketManager.Api.Service;
using MarketManager.Api.Status;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Peers;

namespace MarketManager.Host.Composition;

/// <summary>Ready when the store works.</summary>
internal sealed class StoreReadiness(IStoreHealth health) : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "storage";

    /// <inheritdoc/>
    public async ValueTask<string?> Check(CancellationToken cancellationToken) =>
        await health.Check(cancellationToken) is { Ok: false } sick ? sick.Detail ?? "the store does not work" : null;
}

/// <summary>Ready when a worker is, and has told which venues there are.</summary>
internal sealed class WorkerReadiness(IWorkerReport report, IVenueCatalog catalog) : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "workers";

    /// <inheritdoc/>
    public ValueTask<string?> Check(CancellationToken cancellationToken) => ValueTask.FromResult(
        !report.Workers.Any(w => w.State == "ready") ? "no worker process is ready"
        : !catalog.Ready.IsCompletedSuccessfully ? "no worker has told yet which venues there are"
        : null);
}

/// <summary>Ready while the other nodes certainly take this one for alive.</summary>
internal sealed class LeaseReadiness(ILease lease) : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "lease";

    /// <inheritdoc/>
    public ValueTask<string?> Check(CancellationToken cancellationToken) => ValueTask.FromResult(
        lease.Holds ? null : "the node is suspended: it could not give the cluster a sign of life in time");
}

/// <summary>Ready while other nodes can be reached.</summary>
internal sealed class PeerReadiness(Isolation isolation) : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "peers";

    /// <inheritdoc/>
    public ValueTask<string?> Check(CancellationToken cancellationToken) => ValueTask.FromResult(
        isolation.IsIsolated ? "no other node can be reached from here, so this one has handed over what it had" : null);
}

/// <summary>Ready when the actors that fell to the node when it started are recovered, and until the node is being stopped.</summary>
/// <remarks>
/// In a cluster, what it takes over later does not count: a node that recovers the exchanges of one that died serves its own as
/// before, and passes on what others own. Were it not ready meanwhile, a death would take every other node off the balancer at once.
/// </remarks>
/// <param name="node">Says where it stands.</param>
/// <param name="membership">Null for a node on its own, whose start recovers everything.</param>
internal sealed class ActorReadiness(NodeInfo node, ClusterNode? membership) : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "actors";

    /// <inheritdoc/>
    public ValueTask<string?> Check(CancellationToken cancellationToken) => ValueTask.FromResult(node.State switch
    {
        NodeState.Starting => "actors are being recovered",
        NodeState.Draining => "the node is being stopped",
        _ => membership is { HasRecovered: false } ? "actors are being recovered" : null,
    });
}
