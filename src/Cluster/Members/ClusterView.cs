using MarketManager.Kernel;

namespace MarketManager.Cluster.Members;

/// <summary>Who owns a shard.</summary>
/// <param name="Owner">The incarnation; null while nobody does.</param>
/// <param name="Epoch">Rises whenever the shard changes hands.</param>
/// <param name="Wanted">Whom it was handed over to, or was asked to be moved to; null: anybody.</param>
public readonly record struct ShardOwner(Guid? Owner, long Epoch, Guid? Wanted);

/// <summary>The cluster as a node saw it last. Old by nature: only a fenced write is sure of anything.</summary>
/// <param name="Cluster">The cluster's id, made with its data; nodes of another one are refused.</param>
/// <param name="Level">The newest kinds of events that may be written, because all nodes that ever live understand them.</param>
/// <param name="Me">This node's incarnation; empty while it is not a member.</param>
/// <param name="Members">All that live, by name.</param>
/// <param name="Shards">The owners of each role's shards; <see cref="Shard.Count"/> each.</param>
public sealed record ClusterView(
    Guid Cluster,
    int Level,
    Guid Me,
    IReadOnlyList<Member> Members,
    IReadOnlyDictionary<string, IReadOnlyList<ShardOwner>> Shards)
{
    /// <summary>Before anything was seen.</summary>
    public static ClusterView Empty { get; } = new(default, 0, default, [], new Dictionary<string, IReadOnlyList<ShardOwner>>());

    /// <summary>The member that owns a shard; null while nobody who lives does.</summary>
    public Member? OwnerOf(string role, int shard) =>
        Shards.TryGetValue(role, out var owners) && owners[shard].Owner is { } owner ? Find(owner) : null;

    /// <summary>A member by its incarnation; null where it does not live.</summary>
    public Member? Find(Guid incarnation) => Members.FirstOrDefault(member => member.Incarnation == incarnation);
}

/// <summary>What a node knows of the cluster, for whoever has to find an owner.</summary>
public interface IClusterViews
{
    /// <summary>The latest view.</summary>
    ClusterView Current { get; }

    /// <summary>Completes with the next view that differs from <paramref name="seen"/>; at once where there is one.</summary>
    ValueTask<ClusterView> After(ClusterView seen, CancellationToken cancellationToken);
}
