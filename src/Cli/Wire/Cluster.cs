using System.Text.Json.Serialization;

namespace MarketManager.Cli.Wire;

/// <summary>The cluster, as <c>/api/cluster/</c> shows it.</summary>
internal sealed record ClusterStatus(string Id, int Level, string Node, string State, string Store, long Nodes, ShardTotals Shards);

/// <summary>How many shards there are, by state; those that move are free as well.</summary>
internal sealed record ShardTotals(long Owned, long Free, long Moving);

/// <summary>A node, as <c>/api/cluster/nodes/</c> shows it; null is what it did not say.</summary>
internal sealed record Member(
    string Name,
    string Id,
    string Address,
    IReadOnlyList<string> Roles,
    string State,
    DateTimeOffset Since,
    long Shards,
    long? Actors,
    double? LeaseSeconds);

/// <summary>A shard, as <c>/api/cluster/shards/</c> shows it.</summary>
internal sealed record Shard(string Role, [property: JsonPropertyName("shard")] int Number, string State, string? Owner, long Epoch, string? Wanted, long? Actors)
{
    /// <summary>As it is written on a command line.</summary>
    public override string ToString() => $"{Role}/{Number}";
}

/// <summary>An exchange's actor, as <c>/api/cluster/actors/</c> shows it.</summary>
internal sealed record ActorLook(
    long Exchange,
    string State,
    string? Path,
    string? Node,
    string? Address,
    string Role,
    int Shard,
    long Epoch,
    long? Sequence,
    long? Mailbox,
    long? Restarts,
    string? Broken,
    ActorError? LastError,
    IReadOnlyList<ActorMessage> Messages,
    IReadOnlyList<ActorChild> Children);

/// <summary>What an actor failed with.</summary>
internal sealed record ActorError(string Kind, string Message, DateTimeOffset At);

/// <summary>A message that an actor began to handle.</summary>
internal sealed record ActorMessage(string Type, double AgeSeconds);

/// <summary>A child of an actor.</summary>
internal sealed record ActorChild(string Path, string State, long Mailbox, long Restarts, ActorError? LastError);
