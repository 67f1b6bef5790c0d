using MarketManager.Actors.Exchanges;
using MarketManager.Cluster.Shards;
using MarketManager.Kernel;

namespace MarketManager.Cluster.Exchanges;

/// <summary>Carries the exchanges of the shards that this node owns.</summary>
public sealed class ExchangeShards(ExchangeSystem exchanges) : IShardHost
{
    /// <summary>The role whose shards hold exchanges.</summary>
    public const string Role = "gather";

    /// <inheritdoc/>
    public IReadOnlyList<string> Roles { get; } = [Role];

    /// <inheritdoc/>
    public async ValueTask Open(IReadOnlyList<Fence> shards, CancellationToken cancellationToken) =>
        await exchanges.Open(shards, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask Close(Fence shard, TimeSpan patience, CancellationToken cancellationToken) =>
        await exchanges.Close(shard.Shard, patience);

    /// <inheritdoc/>
    public async ValueTask Drop(IReadOnlyList<Fence> shards) => await exchanges.Drop([.. shards.Select(fence => fence.Shard)]);
}
