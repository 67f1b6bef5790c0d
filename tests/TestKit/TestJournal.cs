using MarketManager.Kernel;

namespace MarketManager.TestKit;

/// <summary>What the next append of a <see cref="TestJournal"/> does instead of committing.</summary>
public enum JournalFault
{
    /// <summary>The disk is full; nothing is written.</summary>
    Full,

    /// <summary>The store does not answer; nothing is written.</summary>
    Unavailable,

    /// <summary>The commit succeeds, but the answer is lost.</summary>
    UnknownButCommitted,

    /// <summary>The commit fails, and the answer is lost.</summary>
    UnknownNotCommitted,

    /// <summary>The store cannot keep these values; nothing is written.</summary>
    Unstorable,

    /// <summary>A node lives that could not read it; nothing is written.</summary>
    TooNew,
}

/// <summary>A journal in memory that fails on demand, enforces one event per actor and sequence, and can be looked into.</summary>
public sealed class TestJournal : IJournal
{
    private readonly Lock _gate = new();
    private readonly Queue<JournalFault> _faults = new();
    private readonly List<JournalWrite> _commits = [];
    private readonly SortedDictionary<(string Entity, long Id, long Sequence), JournalEvent> _events = [];
    private readonly Dictionary<PersistenceId, JournalSnapshot> _snapshots = [];
    private readonly List<TaskCompletionSource> _held = [];
    private bool _isHolding;

    /// <summary>The store's rules about rows: null where a write is fine, else what it fails with. Asked before each commit.</summary>
    public Func<JournalWrite, Exception?>? Rule { get; set; }

    /// <summary>Whether the store does not answer who reads.</summary>
    public bool IsUnreadable { get; set; }

    /// <summary>What was committed, in order.</summary>
    public IReadOnlyList<JournalWrite> Commits
    {
        get
        {
            lock (_gate)
            {
                return [.. _commits];
            }
        }
    }

    /// <summary>The rows that were committed, in order.</summary>
    public IReadOnlyList<object> Rows => [.. Commits.SelectMany(write => write.Rows)];

    /// <summary>How many appends are held.</summary>
    public int Held
    {
        get
        {
            lock (_gate)
            {
                return _held.Count;
            }
        }
    }

    /// <summary>How many events an actor has.</summary>
    public int CountOf(PersistenceId actor) => EventsOf(actor).Count;

    /// <summary>The latest snapshot of an actor, or null.</summary>
    public JournalSnapshot? SnapshotOf(PersistenceId actor)
    {
        lock (_gate)
        {
            return _snapshots.GetValueOrDefault(actor);
        }
    }

    /// <summary>The events of an actor with their sequences.</summary>
    public IReadOnlyList<(long Sequence, JournalEvent Event)> EventsOf(PersistenceId actor)
    {
        lock (_gate)
        {
            return [.. from entry in _events
                       where entry.Key.Entity == actor.Entity && entry.Key.Id == actor.Id
                       select (entry.Key.Sequence, entry.Value)];
        }
    }

    /// <summary>Makes the next append that has no fault yet fail.</summary>
    public void FailNext(JournalFault fault)
    {
        lock (_gate)
        {
            _faults.Enqueue(fault);
        }
    }

    /// <summary>Holds appends before they commit, until <see cref="Release"/>.</summary>
    public void Hold()
    {
        lock (_gate)
        {
            _isHolding = true;
        }
    }

    /// <summary>Lets all held appends go on and holds no more.</summary>
    public void Release()
    {
        TaskCompletionSource[] held;
        lock (_gate)
        {
            _isHolding = false;
            held = [.. _held];
            _held.Clear();
        }

        foreach (var append in held)
        {
            append.SetResult();
        }
    }

    /// <summary>Takes an event out, as if the store had lost it.</summary>
    public bool Lose(PersistenceId actor, long sequence)
    {
        lock (_gate)
        {
            return _events.Remove((actor.Entity, actor.Id, sequence));
        }
    }

    /// <inheritdoc/>
    public async ValueTask Append(JournalWrite write, CancellationToken cancellationToken = default)
    {
        Task? held = null;
        lock (_gate)
        {
            if (_isHolding)
            {
                var source = new TaskCompletionSource();
                _held.Add(source);
                held = source.Task;
            }
        }

        if (held is not null)
        {
            await held.WaitAsync(cancellationToken);
        }

        lock (_gate)
        {
            Commit(write, _faults.TryDequeue(out var fault) ? fault : null);
        }
    }

    /// <inheritdoc/>
    public ValueTask Replay(string entity, IReadOnlySet<int>? shards, IReplay replay, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            Replay(replay, actor => actor.Entity == entity && shards?.Contains(Shard.Of(actor.Id)) != false);
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask Replay(PersistenceId actor, IReplay replay, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            Replay(replay, other => other == actor);
        }

        return default;
    }

    private void Commit(JournalWrite write, JournalFault? fault)
    {
        switch (fault)
        {
            case JournalFault.Full:
                throw new StoreFullException("the disk of the test is full");
            case JournalFault.Unavailable:
                throw new StoreUnavailableException("the store of the test is away");
            case JournalFault.UnknownNotCommitted:
                throw new StoreUnavailableException("the answer was lost", outcomeUnknown: true);
            case JournalFault.Unstorable:
                throw new UnstorableException("the database cannot keep these values: too long");
            case JournalFault.TooNew:
                throw new EventTooNewException("exchange.renamed", 2, 1);
        }

        for (var i = 0; i < write.Events.Count; i++)
        {
            var sequence = write.FirstSequence + i;
            if (_events.ContainsKey((write.Actor.Entity, write.Actor.Id, sequence)))
            {
                throw new JournalConflictException(write.Actor, sequence);
            }
        }

        if (Rule?.Invoke(write) is { } broken)
        {
            throw broken;
        }

        for (var i = 0; i < write.Events.Count; i++)
        {
            _events.Add((write.Actor.Entity, write.Actor.Id, write.FirstSequence + i), write.Events[i]);
        }

        if (write.Snapshot is { } snapshot)
        {
            _snapshots[write.Actor] = snapshot;
        }

        _commits.Add(write);
        if (fault == JournalFault.UnknownButCommitted)
        {
            throw new StoreUnavailableException("the answer was lost", outcomeUnknown: true);
        }
    }

    private void Replay(IReplay replay, Func<PersistenceId, bool> isWanted)
    {
        if (IsUnreadable)
        {
            throw new StoreUnavailableException("the store of the test is away");
        }

        foreach (var (actor, snapshot) in _snapshots.Where(entry => isWanted(entry.Key)))
        {
            replay.OnSnapshot(actor.Id, snapshot.Sequence, snapshot.Data.Span);
        }

        foreach (var ((entity, id, sequence), e) in _events)
        {
            var actor = new PersistenceId(entity, id);
            if (isWanted(actor) && sequence > (_snapshots.GetValueOrDefault(actor)?.Sequence ?? 0))
            {
                replay.OnEvent(id, sequence, e.Kind, e.Version, e.At, e.Data.Span);
            }
        }
    }
}
