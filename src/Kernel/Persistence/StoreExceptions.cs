namespace MarketManager.Kernel;

/// <summary>The base of what a store can fail with.</summary>
public abstract class StoreException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A sequence of the actor is taken: someone else wrote in its name, or it missed its own events.</summary>
public sealed class JournalConflictException(PersistenceId actor, long sequence)
    : StoreException($"{actor} already has an event {sequence}; this writer's state is not the latest")
{
    /// <summary>Whose sequence is taken.</summary>
    public PersistenceId Actor { get; } = actor;

    /// <summary>The sequence that is taken.</summary>
    public long Sequence { get; } = sequence;
}

/// <summary>A row breaks a rule that the store enforces.</summary>
/// <param name="rule">The stable name of the rule, such as <c>exchange_name</c>.</param>
/// <param name="inner">What the store said.</param>
public sealed class RowConflictException(string rule, Exception? inner = null)
    : StoreException($"the store's rule '{rule}' does not hold for this write", inner)
{
    /// <summary>The stable name of the rule.</summary>
    public string Rule { get; } = rule;
}

/// <summary>The store cannot be reached, is locked by another process, or failed to read or write.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null, bool outcomeUnknown = false)
    : StoreException(message, inner)
{
    /// <summary>True where a commit was sent and its fate is not known.</summary>
    public bool OutcomeUnknown { get; } = outcomeUnknown;

    /// <summary>True where the store answers, and refuses to write whatever it is: a right is missing, it may only be read. Nothing was written.</summary>
    public bool Refuses { get; init; }
}

/// <summary>The store cannot keep these values, such as a text that is too long for it. Nothing was written; the same write never will be.</summary>
public sealed class UnstorableException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>There is no room left to write.</summary>
public sealed class StoreFullException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>A node of the cluster still lives whose version could not read the event. Nothing was written.</summary>
/// <param name="kind">The event's stable name.</param>
/// <param name="level">The level from which on it is written.</param>
/// <param name="cluster">The level that all nodes understand.</param>
public sealed class EventTooNewException(string kind, int level, int cluster)
    : StoreException($"events of kind '{kind}' are written from level {level} on; the cluster is at {cluster} while nodes of an older version live")
{
    /// <summary>The event's stable name.</summary>
    public string Kind { get; } = kind;
}

/// <summary>The writer's node does not own the actor any more: another one does, or may. Nothing was written.</summary>
/// <param name="fence">The right that has passed on; null where the node as a whole was declared dead.</param>
/// <param name="inner">What the store said.</param>
public sealed class FencedException(Fence? fence, Exception? inner = null)
    : StoreException(fence is { } lost ? $"shard {lost} has passed on to another node" : "this node was declared dead and must join again", inner)
{
    /// <summary>The right that has passed on; null where the node as a whole was declared dead.</summary>
    public Fence? Fence { get; } = fence;
}
