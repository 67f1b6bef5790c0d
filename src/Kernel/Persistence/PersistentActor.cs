using System.Runtime.CompilerServices;

namespace MarketManager.Kernel;

/// <summary>An actor whose state is the fold of its events. Events are durable before anything follows from them.</summary>
/// <remarks>
/// State and sequence move on only after the commit. After a restart, and where no recovered state is given, both are read from
/// the journal before <see cref="Actor{TMessage}.OnStart"/>, as soon as the store answers. When another writer's events turn up under this actor's name, or its
/// shard has passed on, it stops, whatever its supervision says: a restart would only recover and go on beside the other.
/// </remarks>
/// <typeparam name="TMessage">The base of the messages that it understands.</typeparam>
/// <typeparam name="TState">The state; immutable.</typeparam>
/// <typeparam name="TEvent">The base of its events.</typeparam>
public abstract class PersistentActor<TMessage, TState, TEvent> : Actor<TMessage>
{
    private static readonly TimeSpan RecoverAgainAfter = TimeSpan.FromMilliseconds(500);

    private readonly TState _empty;
    private readonly IJournal _journal;
    private readonly IEventCodec<TState, TEvent> _codec;
    private readonly int _snapshotEvery;
    private bool _isRecovered;
    private bool _isPersisting;

    /// <summary>Creates an instance.</summary>
    /// <param name="id">Whose events these are.</param>
    /// <param name="recovered">What a scan of many actors found; null: it reads its own events when it starts.</param>
    /// <param name="empty">The state before the first event.</param>
    /// <param name="journal">Where events go.</param>
    /// <param name="codec">Writes and reads them.</param>
    /// <param name="snapshotEvery">A snapshot goes along with the write that reaches a multiple of so many events.</param>
    protected PersistentActor(
        PersistenceId id, Recovered<TState>? recovered, TState empty, IJournal journal, IEventCodec<TState, TEvent> codec, int snapshotEvery = 100)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(snapshotEvery, 1);
        Id = id;
        _empty = empty;
        _journal = journal;
        _codec = codec;
        _snapshotEvery = snapshotEvery;
        _isRecovered = recovered is not null;
        (State, Sequence) = recovered ?? new Recovered<TState>(empty, 0);
    }

    /// <summary>Whose events these are.</summary>
    protected PersistenceId Id { get; }

    /// <summary>The state after the last durable event.</summary>
    protected TState State { get; private set; }

    /// <summary>The number of the last durable event; 0 before the first.</summary>
    protected long Sequence { get; private set; }

    /// <summary>The state after an event. Pure: also runs in recovery.</summary>
    protected abstract TState Apply(TState state, TEvent e);

    /// <summary>Commits events and rows, all or nothing; the actor is parked until they are durable, then the state moves on.</summary>
    /// <param name="events">In order; where there are neither events nor rows, nothing is written.</param>
    /// <param name="rows">Changes to read models that belong to the events.</param>
    /// <param name="guarded">See <see cref="JournalWrite.Guarded"/>.</param>
    /// <exception cref="RowConflictException">Nothing was written, the state is unchanged.</exception>
    /// <exception cref="StoreFullException">Nothing was written, the state is unchanged.</exception>
    /// <exception cref="StoreUnavailableException">
    /// The state is unchanged. Where the outcome is not known, the actor fails after this message even if its handler catches
    /// the exception, so that a restart reads what really was written; not where there are only rows.
    /// </exception>
    /// <exception cref="UnstorableException">Nothing was written, the state is unchanged; the same again would not be written either.</exception>
    /// <exception cref="JournalConflictException">The actor stops after this message.</exception>
    /// <exception cref="FencedException">The actor stops after this message.</exception>
    protected ValueTask Persist(IReadOnlyList<TEvent> events, IReadOnlyList<object>? rows = null, bool guarded = false)
    {
        var after = After(events);
        return Commit(events, after, rows ?? [], guarded);
    }

    /// <summary>The same, with rows made from the state after the events.</summary>
    /// <inheritdoc cref="Persist(IReadOnlyList{TEvent}, IReadOnlyList{object}?, bool)"/>
    protected ValueTask Persist(IReadOnlyList<TEvent> events, Func<TState, IReadOnlyList<object>> rows, bool guarded = false)
    {
        var after = After(events);
        return Commit(events, after, rows(after), guarded);
    }

    /// <summary>The same, with rows made from the state and the sequence after the events.</summary>
    /// <inheritdoc cref="Persist(IReadOnlyList{TEvent}, IReadOnlyList{object}?, bool)"/>
    protected ValueTask Persist(IReadOnlyList<TEvent> events, Func<TState, long, IReadOnlyList<object>> rows, bool guarded = false)
    {
        var after = After(events);
        return Commit(events, after, rows(after, Sequence + events.Count), guarded);
    }

    internal sealed override long? InspectedSequence => Sequence;

    internal sealed override ValueTask Start() => _isRecovered && Context.Restarts == 0 ? OnStart() : RecoverAndStart();

    // A store that is away is no failure of the actor: restarted ever more slowly, it would stay away long after the store is back.
    private async ValueTask RecoverAndStart()
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                (State, Sequence) = await Recovery.One(_journal, Id, _empty, _codec, Apply, Context.Stopping);
                break;
            }
            catch (StoreUnavailableException e)
            {
                if (tries == 1)
                {
                    KernelLog.WaitsForStore(Context.Log, Id, e.Message);
                }
            }

            await Task.Delay(RecoverAgainAfter, Context.World.Time, Context.Stopping);
        }

        _isRecovered = true;
        await OnStart();
    }

    private TState After(IReadOnlyList<TEvent> events)
    {
        var state = State;
        foreach (var e in events)
        {
            state = Apply(state, e);
        }

        return state;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask Commit(IReadOnlyList<TEvent> events, TState after, IReadOnlyList<object> rows, bool guarded)
    {
        if (_isPersisting)
        {
            throw new InvalidOperationException($"{Id} already awaits a write; an actor has one at a time");
        }

        if (events.Count == 0 && rows.Count == 0)
        {
            return;
        }

        _isPersisting = true;
        try
        {
            await _journal.Append(Write(events, after, rows, guarded));
            State = after;
            Sequence += events.Count;
        }
        catch (StoreException e) when (e is JournalConflictException or FencedException)
        {
            Context.Condemn(e);
            throw;
        }
        catch (StoreUnavailableException e) when (e.OutcomeUnknown && events.Count > 0)
        {
            Context.FailAfterMessage(e);
            throw;
        }
        finally
        {
            _isPersisting = false;
        }
    }

    private JournalWrite Write(IReadOnlyList<TEvent> events, TState after, IReadOnlyList<object> rows, bool guarded)
    {
        var encoded = new JournalEvent[events.Count];
        for (var i = 0; i < encoded.Length; i++)
        {
            encoded[i] = _codec.Encode(events[i]);
        }

        var last = Sequence + events.Count;
        var isSnapshotDue = last / _snapshotEvery > Sequence / _snapshotEvery;
        var snapshot = isSnapshotDue ? new JournalSnapshot(last, _codec.EncodeState(after)) : null;
        return new JournalWrite(Id, Sequence + 1, encoded, rows, snapshot, guarded);
    }
}
