namespace MarketManager.Kernel;

/// <summary>Names a persistent actor: what it is, and which one.</summary>
/// <param name="Entity">The kind of entity, such as <c>exchange</c>; lower case, never changed once written.</param>
/// <param name="Id">Unique within the entity, positive, never reused.</param>
public readonly record struct PersistenceId(string Entity, long Id)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Entity}-{Id}";
}

/// <summary>An event as it is written.</summary>
/// <param name="Kind">A stable name; a reader that does not know it must fail.</param>
/// <param name="Version">The version of the payload's form, from 1.</param>
/// <param name="At">When it happened, UTC.</param>
/// <param name="Data">The payload, JSON in UTF-8.</param>
/// <param name="Level">
/// The level of the cluster from which on it may be written: nodes of a lower one could not read it. 1 is what the first version knew.
/// </param>
public readonly record struct JournalEvent(string Kind, int Version, DateTimeOffset At, ReadOnlyMemory<byte> Data, int Level = 1);

/// <summary>A state as it is written, together with the last event that it contains.</summary>
/// <param name="Sequence">The sequence of the last event in it.</param>
/// <param name="Data">The state, JSON in UTF-8.</param>
public sealed record JournalSnapshot(long Sequence, ReadOnlyMemory<byte> Data);

/// <summary>What one actor commits at once: all of it, or nothing.</summary>
/// <param name="Actor">Whose events these are.</param>
/// <param name="FirstSequence">The sequence of the first event; the first ever is 1. Events are numbered on from it.</param>
/// <param name="Events">In order; may be empty where only rows change.</param>
/// <param name="Rows">Changes to read models that belong to the events; the store knows their types.</param>
/// <param name="Snapshot">Null where none is due.</param>
/// <param name="Guarded">
/// True commits alone in a transaction: for rows that other actors' rows can conflict with (names, idempotency keys), so that
/// a conflict harms nobody else. False shares a transaction with whoever writes at the same time.
/// </param>
/// <param name="Fence">The right that the write depends on; null where the store has one process only, or no actor is concerned.</param>
public sealed record JournalWrite(
    PersistenceId Actor,
    long FirstSequence,
    IReadOnlyList<JournalEvent> Events,
    IReadOnlyList<object> Rows,
    JournalSnapshot? Snapshot = null,
    bool Guarded = false,
    Fence? Fence = null);

/// <summary>Receives what a journal reads back. Spans are valid only during the call.</summary>
public interface IReplay
{
    /// <summary>The latest snapshot of an actor; comes before any of its events.</summary>
    void OnSnapshot(long id, long sequence, ReadOnlySpan<byte> data);

    /// <summary>An event after the snapshot; each actor's come in order of sequence.</summary>
    void OnEvent(long id, long sequence, string kind, int version, DateTimeOffset at, ReadOnlySpan<byte> data);
}

/// <summary>Where events are kept. Commits of many actors share a transaction (group commit); an answer means durable.</summary>
public interface IJournal
{
    /// <summary>Commits a write; completes once it is durable.</summary>
    /// <exception cref="JournalConflictException">Another writer holds one of the sequences: this actor's state is not the latest.</exception>
    /// <exception cref="FencedException">The shard of the actor has passed on to another node; nothing was written.</exception>
    /// <exception cref="EventTooNewException">A node lives that could not read one of the events; nothing was written.</exception>
    /// <exception cref="RowConflictException">A row breaks a uniqueness that the store enforces; nothing was written.</exception>
    /// <exception cref="UnstorableException">The store cannot keep these values, and never will; nothing was written.</exception>
    /// <exception cref="StoreFullException">The disk is full; nothing was written.</exception>
    /// <exception cref="StoreUnavailableException">The store does not answer; nothing was written unless <see cref="StoreUnavailableException.OutcomeUnknown"/>.</exception>
    ValueTask Append(JournalWrite write, CancellationToken cancellationToken = default);

    /// <summary>Reads all actors of an entity in two scans: snapshots, then newer events.</summary>
    /// <param name="entity">Which kind of actors.</param>
    /// <param name="shards">Only those of these shards, see <see cref="Shard.Of"/>; null: all.</param>
    /// <param name="replay">Receives them.</param>
    /// <param name="cancellationToken">Ends the scan.</param>
    ValueTask Replay(string entity, IReadOnlySet<int>? shards, IReplay replay, CancellationToken cancellationToken = default);

    /// <summary>Reads one actor.</summary>
    ValueTask Replay(PersistenceId actor, IReplay replay, CancellationToken cancellationToken = default);
}
