using MarketManager.Cluster.Shards;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging;

namespace MarketManager.Cluster.Members;

internal static partial class ClusterLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Node {Name} joined the cluster as {Incarnation}")]
    public static partial void Joined(ILogger logger, string name, Guid incarnation);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "Suspended: {Reason}; {Shards} shards are kept until it is known whose they are")]
    public static partial void Suspended(ILogger logger, string reason, int shards);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "Going on with {Shards} shards")]
    public static partial void Resumed(ILogger logger, int shards);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "This node was declared dead as {Incarnation} and joins again")]
    public static partial void DeclaredDead(ILogger logger, Guid incarnation);

    [LoggerMessage(EventId = 5, Level = LogLevel.Warning, Message = "Node {Name} ({Incarnation}) was declared dead: {Reason}")]
    public static partial void Condemned(ILogger logger, string name, Guid incarnation, DeathReason reason);

    [LoggerMessage(EventId = 6, Level = LogLevel.Information, Message = "Claimed {Count} shards of {Role}")]
    public static partial void Claimed(ILogger logger, string role, int count);

    [LoggerMessage(EventId = 7, Level = LogLevel.Information, Message = "Handed over {Shard} to {Wanted}")]
    public static partial void Released(ILogger logger, Fence shard, Guid? wanted);

    [LoggerMessage(EventId = 8, Level = LogLevel.Warning, Message = "{Count} shards were taken away")]
    public static partial void Lost(ILogger logger, int count);

    [LoggerMessage(EventId = 9, Level = LogLevel.Error, Message = "The host failed while shards were {State}")]
    public static partial void HostFailed(ILogger logger, HoldingState state, Exception failure);

    [LoggerMessage(EventId = 10, Level = LogLevel.Warning, Message = "A change of membership was not made, trying again: {Reason}")]
    public static partial void ChangeFailed(ILogger logger, string reason);

    [LoggerMessage(EventId = 11, Level = LogLevel.Information, Message = "Waiting for an earlier node {Name} at {Address} to be known as dead")]
    public static partial void NameTaken(ILogger logger, string name, Uri address);

    [LoggerMessage(EventId = 12, Level = LogLevel.Information, Message = "Left the cluster; {Shards} shards were not handed over in time")]
    public static partial void Left(ILogger logger, int shards);

    [LoggerMessage(EventId = 13, Level = LogLevel.Warning, Message = "Left without a word, as the store does not answer: {Reason}")]
    public static partial void LeftSilently(ILogger logger, string reason);

    [LoggerMessage(EventId = 14, Level = LogLevel.Warning, Message = "No other node could take the shards of this one, which was drained: it takes them until another can")]
    public static partial void Needed(ILogger logger);

    [LoggerMessage(EventId = 15, Level = LogLevel.Information, Message = "This node, which was drained, is not needed any more")]
    public static partial void NotNeeded(ILogger logger);
}
