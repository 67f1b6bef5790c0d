using MarketManager.Kernel;

namespace MarketManager.Cluster.Shards;

/// <summary>Carries the actors of the shards that a node owns. Called by the node's membership: never twice at once for the same shard.</summary>
public interface IShardHost
{
    /// <summary>The roles whose shards it carries, such as <c>gather</c>.</summary>
    IReadOnlyList<string> Roles { get; }

    /// <summary>Recovers the actors of shards that were claimed just now, and lets them go on.</summary>
    /// <remarks>Recovery begins after the claim was committed, so that it sees all that earlier owners have written.</remarks>
    /// <exception cref="StoreException">The journal cannot be read; the shards are dropped and given back.</exception>
    ValueTask Open(IReadOnlyList<Fence> shards, CancellationToken cancellationToken);

    /// <summary>Lets the actors of a shard end what they do, for a while at most, and stops them; nothing of them runs after it.</summary>
    /// <param name="shard">Still owned; it is released after this.</param>
    /// <param name="patience">How long runs may still take before they are cut short.</param>
    /// <param name="cancellationToken">The node's life has ended; a host may finish what it has begun, which its patience limits.</param>
    ValueTask Close(Fence shard, TimeSpan patience, CancellationToken cancellationToken);

    /// <summary>
    /// Stops the actors of shards that were taken away, at once and without a word: another node owns them, or may. Also where
    /// <see cref="Open"/> or <see cref="Close"/> failed half-way, so that some may not be open at all.
    /// </summary>
    ValueTask Drop(IReadOnlyList<Fence> shards);
}
