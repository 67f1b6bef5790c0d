namespace MarketManager.Kernel;

/// <summary>A state as the journal has it.</summary>
/// <param name="State">Folded from the snapshot and the events after it.</param>
/// <param name="Sequence">Of the last event in it; 0 where there is none.</param>
public sealed record Recovered<TState>(TState State, long Sequence);

/// <summary>An actor whose events could not be folded.</summary>
/// <param name="Id">Within its entity.</param>
/// <param name="Reason">A gap in its sequence, or an event or snapshot that could not be read or applied.</param>
public sealed record RecoveryFailure(long Id, Exception Reason);

/// <summary>The events of an actor cannot give its state; to go on with a part of them would be to go on with a wrong one.</summary>
public sealed class RecoveryException(PersistenceId actor, string message, Exception? inner = null)
    : Exception($"{actor} cannot be recovered: {message}", inner)
{
    /// <summary>Which actor.</summary>
    public PersistenceId Actor { get; } = actor;
}

/// <summary>Reads states back from a journal.</summary>
public static class Recovery
{
    /// <summary>Recovers all actors of an entity in two scans.</summary>
    /// <param name="journal">Where the events are.</param>
    /// <param name="entity">The kind of actors.</param>
    /// <param name="empty">The state before the first event.</param>
    /// <param name="codec">Reads events and snapshots.</param>
    /// <param name="apply">Folds an event into a state; pure.</param>
    /// <param name="shards">Only the actors of these; null: all.</param>
    /// <param name="failures">Receives those that could not be recovered; the others are. Null: the first one is thrown.</param>
    /// <param name="cancellationToken">Ends the scan.</param>
    /// <returns>States by id.</returns>
    /// <exception cref="RecoveryException">One could not be recovered, and <paramref name="failures"/> is null.</exception>
    public static async ValueTask<Dictionary<long, Recovered<TState>>> All<TState, TEvent>(
        IJournal journal,
        string entity,
        TState empty,
        IEventCodec<TState, TEvent> codec,
        Func<TState, TEvent, TState> apply,
        IReadOnlySet<int>? shards = null,
        ICollection<RecoveryFailure>? failures = null,
        CancellationToken cancellationToken = default)
    {
        var fold = new Fold<TState, TEvent>(entity, empty, codec, apply);
        await journal.Replay(entity, shards, fold, cancellationToken);
        return fold.States(failures);
    }

    /// <summary>Recovers one actor; where nothing was written of it, <paramref name="empty"/> at sequence 0.</summary>
    /// <inheritdoc cref="All"/>
    public static async ValueTask<Recovered<TState>> One<TState, TEvent>(
        IJournal journal,
        PersistenceId id,
        TState empty,
        IEventCodec<TState, TEvent> codec,
        Func<TState, TEvent, TState> apply,
        CancellationToken cancellationToken = default)
    {
        var fold = new Fold<TState, TEvent>(id.Entity, empty, codec, apply);
        await journal.Replay(id, fold, cancellationToken);
        return fold.States(null).GetValueOrDefault(id.Id) ?? new Recovered<TState>(empty, 0);
    }
}
