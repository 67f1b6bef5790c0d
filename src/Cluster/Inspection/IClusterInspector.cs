using MarketManager.Actors;

namespace MarketManager.Cluster.Inspection;

/// <summary>Looks into the cluster, and moves what is in it; from any of its nodes. What is seen is old by nature.</summary>
/// <remarks>Only the owner of a shard and the node itself know some things: they are asked, and what no answer came to is null.</remarks>
public interface IClusterInspector
{
    /// <summary>The cluster as a whole, as this node sees it.</summary>
    ValueTask<ClusterStatus> Status(CancellationToken cancellationToken);

    /// <summary>All nodes that live, by name; empty while this one is not a member.</summary>
    ValueTask<IReadOnlyList<NodeStatus>> Nodes(CancellationToken cancellationToken);

    /// <summary>All shards that can have actors, by role and number.</summary>
    ValueTask<IReadOnlyList<ShardStatus>> Shards(CancellationToken cancellationToken);

    /// <summary>The actor of an exchange, wherever it is.</summary>
    ValueTask<Answer<ActorStatus>> Actor(long exchange, CancellationToken cancellationToken);

    /// <summary>Hands a shard over to another node, and waits a while until it is there.</summary>
    /// <returns>The shard as it is then; its owner is another one yet where the move takes longer.</returns>
    ValueTask<Answer<ShardStatus>> Move(string role, int shard, string node, CancellationToken cancellationToken);

    /// <summary>Lets a node hand over all its shards; it stays a member without any, until <see cref="Resume"/> or its restart.</summary>
    /// <returns>The node, which has begun to leave.</returns>
    ValueTask<Answer<NodeStatus>> Drain(string node, CancellationToken cancellationToken);

    /// <summary>Lets a drained node take its share again.</summary>
    ValueTask<Answer<NodeStatus>> Resume(string node, CancellationToken cancellationToken);
}
