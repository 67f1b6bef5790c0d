using MarketManager.Kernel;

namespace MarketManager.Actors;

/// <summary>Says in the domain's words what the store failed with.</summary>
public static class Rejections
{
    /// <summary>The rejection that a failed commit amounts to.</summary>
    public static Rejection Of(StoreException e) => e switch
    {
        StoreFullException => new(
            RejectionKind.StoreFull, "the disk that holds the data is full; nothing was changed; make room and repeat the request"),
        StoreUnavailableException { OutcomeUnknown: true } => new(
            RejectionKind.OutcomeUnknown,
            "the store broke off before it confirmed; the change may or may not have been made"),
        StoreUnavailableException { Refuses: true } => new(
            RejectionKind.Unavailable, "the store refuses to write, for the reason that is in the node's log; nothing was changed"),
        UnstorableException => new(RejectionKind.Invalid, $"{e.Message}; nothing was changed"),
        FencedException => Moved,
        EventTooNewException => new(
            RejectionKind.Unavailable,
            "a node of an older version still lives, which could not read this change; nothing was changed; finish the upgrade and repeat the request"),
        RowConflictException { Rule: "idempotency" } => new(
            RejectionKind.Conflict, "another request with this Idempotency-Key was answered just now; repeat the request to get its answer"),
        RowConflictException { Rule: var rule } => new(RejectionKind.Conflict, $"the store's rule '{rule}' does not allow this"),
        _ => StoreAway,
    };

    /// <summary>The store does not answer.</summary>
    public static Rejection StoreAway { get; } = new(RejectionKind.Unavailable, "the store is away; nothing was changed; try again");

    /// <summary>The node is about to stop.</summary>
    public static Rejection Leaving { get; } = new(RejectionKind.Moved, "this node is shutting down; try again in a few seconds");

    /// <summary>Another node owns the entity, or will in a moment.</summary>
    public static Rejection Moved { get; } = new(RejectionKind.Moved, "another node is taking this exchange over; nothing was changed; try again in a second");

    /// <summary>The entity is to be gone, and takes nothing new.</summary>
    /// <param name="entity">What it is.</param>
    /// <param name="id">Which.</param>
    /// <param name="run">The run that is still to be ended; else null.</param>
    public static Rejection BeingDeleted(string entity, long id, Guid? run = null) =>
        new(RejectionKind.Conflict, $"{entity} {id} is being deleted", RunId: run);

    /// <summary>The entity is to be gone, which nothing undoes any more, but nobody can say yet that it is.</summary>
    public static Rejection NotGoneYet(string entity, long id) => new(
        RejectionKind.OutcomeUnknown, $"{entity} {id} is being deleted and will be gone, but is not known to be so yet");

    /// <summary>There is no exchange of that id.</summary>
    public static Rejection NoExchange(long id) => new(RejectionKind.NotFound, $"there is no exchange {id}");
}
