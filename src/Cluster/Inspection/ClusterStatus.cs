using MarketManager.Kernel;

namespace MarketManager.Cluster.Inspection;

/// <summary>The cluster as a whole.</summary>
/// <param name="Id">Made with its data.</param>
/// <param name="Level">The newest kinds of events that are written.</param>
/// <param name="Node">The node that looks.</param>
/// <param name="State">How that node stands.</param>
/// <param name="Store">The engine and version of the store that decides.</param>
/// <param name="Nodes">How many live.</param>
/// <param name="Owned">Shards that a node owns.</param>
/// <param name="Free">Shards that nobody owns.</param>
/// <param name="Moving">The free ones that are meant for a certain node.</param>
public sealed record ClusterStatus(
    Guid Id, int Level, string Node, MemberState State, string Store, int Nodes, int Owned, int Free, int Moving);

/// <summary>How a node stands.</summary>
public enum MemberState
{
    /// <summary>It takes its share.</summary>
    Up,

    /// <summary>It hands over what it has and takes nothing more.</summary>
    Leaving,

    /// <summary>It left nothing to itself, and stays a member: to be stopped, or resumed.</summary>
    Drained,

    /// <summary>It cannot prove to the store that it lives, and holds still.</summary>
    Suspended,

    /// <summary>It does not answer the node that looks. If it does not answer the store either, it will be declared dead.</summary>
    Unreachable,
}

/// <summary>One node.</summary>
/// <param name="Name">Unique among those that live.</param>
/// <param name="Id">Of this life.</param>
/// <param name="Address">Where peers and clients reach it.</param>
/// <param name="Roles">What it does.</param>
/// <param name="State">How it stands.</param>
/// <param name="Since">When this life began, by the store's clock, UTC.</param>
/// <param name="Shards">How many it owns.</param>
/// <param name="Actors">How many live on it; null where it did not say.</param>
/// <param name="Lease">How long it is certainly taken for alive if nothing more is heard of it; zero where it is not; null where
/// it did not say.</param>
public sealed record NodeStatus(
    string Name,
    Guid Id,
    Uri Address,
    IReadOnlyList<string> Roles,
    MemberState State,
    DateTimeOffset Since,
    int Shards,
    long? Actors,
    TimeSpan? Lease);

/// <summary>One shard.</summary>
/// <param name="Role">Whose actors are in it.</param>
/// <param name="Number">From 0 to <see cref="Shard.Count"/> - 1.</param>
/// <param name="Owner">The node's name; null while nobody owns it.</param>
/// <param name="Epoch">Rises whenever it changes hands.</param>
/// <param name="Wanted">The node that it is meant for; null: any.</param>
/// <param name="Actors">How many entities are in it; null where its owner did not say, or it has none.</param>
public sealed record ShardStatus(string Role, int Number, string? Owner, long Epoch, string? Wanted, int? Actors);

/// <summary>The actor of one entity.</summary>
/// <param name="Entity">Its id.</param>
/// <param name="Role">Whose shards it is in.</param>
/// <param name="Shard">Which of them.</param>
/// <param name="Epoch">The shard's.</param>
/// <param name="Node">Who owns it; null while nobody does.</param>
/// <param name="Address">Where that node is.</param>
/// <param name="Seen">The actor; null where there is none: its shard is changing hands, or it could not be recovered.</param>
/// <param name="Broken">Why it cannot be used until its defect is mended; null where it can.</param>
/// <param name="At">When it was seen, by its node's clock, UTC.</param>
public sealed record ActorStatus(
    long Entity,
    string Role,
    int Shard,
    long Epoch,
    string? Node,
    Uri? Address,
    ActorInspection? Seen,
    string? Broken,
    DateTimeOffset At);
