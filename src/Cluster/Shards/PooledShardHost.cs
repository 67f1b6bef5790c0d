using MarketManager.Kernel;

namespace MarketManager.Cluster.Shards;

/// <summary>Makes the calls of a host on the thread pool, so that its work is never done on the cluster's thread.</summary>
public sealed class PooledShardHost(IShardHost host) : IShardHost
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Roles => host.Roles;

    /// <inheritdoc/>
    public ValueTask Open(IReadOnlyList<Fence> shards, CancellationToken cancellationToken) =>
        new(Task.Run(() => host.Open(shards, cancellationToken).AsTask(), cancellationToken));

    /// <inheritdoc/>
    public ValueTask Close(Fence shard, TimeSpan patience, CancellationToken cancellationToken) =>
        new(Task.Run(() => host.Close(shard, patience, cancellationToken).AsTask(), CancellationToken.None));

    /// <inheritdoc/>
    public ValueTask Drop(IReadOnlyList<Fence> shards) => new(Task.Run(() => host.Drop(shards).AsTask()));
}
