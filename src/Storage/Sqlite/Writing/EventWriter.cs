using MarketManager.Kernel;
using MarketManager.Storage.Sqlite.Engine;

namespace MarketManager.Storage.Sqlite.Writing;

/// <summary>Writes events and snapshots.</summary>
internal sealed class EventWriter(Connection connection)
{
    private readonly Dictionary<string, long> _entities = [];
    private readonly Statement _event = connection.Prepare(
        "INSERT INTO event (entity, actor, seq, kind, version, at, data) VALUES (?, ?, ?, ?, ?, ?, ?)");

    private readonly Statement _snapshot = connection.Prepare(
        """
        INSERT INTO snapshot (entity, actor, seq, data) VALUES (?, ?, ?, ?)
        ON CONFLICT (entity, actor) DO UPDATE SET seq = excluded.seq, data = excluded.data WHERE excluded.seq > seq
        """);

    /// <summary>Writes what an actor commits, without its rows.</summary>
    /// <exception cref="JournalConflictException">A sequence is taken.</exception>
    public void Write(JournalWrite write)
    {
        if (write.Events.Count == 0 && write.Snapshot is null)
        {
            return;
        }

        var entity = Entity(write.Actor.Entity);
        for (var i = 0; i < write.Events.Count; i++)
        {
            WriteEvent(entity, write.Actor, write.FirstSequence + i, write.Events[i]);
        }

        if (write.Snapshot is { } snapshot)
        {
            _snapshot.Add(entity).Add(write.Actor.Id).Add(snapshot.Sequence).AddUtf8(snapshot.Data.Span).Execute();
        }
    }

    /// <summary>After a rollback: what was looked up may be gone.</summary>
    public void Forget() => _entities.Clear();

    private void WriteEvent(long entity, PersistenceId actor, long sequence, in JournalEvent e)
    {
        try
        {
            _event.Add(entity).Add(actor.Id).Add(sequence).Add(e.Kind).Add(e.Version).Add(EventTime.ToStored(e.At)).AddUtf8(e.Data.Span).Execute();
        }
        catch (SqliteFailure failure) when (failure.IsConstraint)
        {
            throw new JournalConflictException(actor, sequence);
        }
    }

    private long Entity(string name)
    {
        if (!_entities.TryGetValue(name, out var id))
        {
            connection.Prepare("INSERT OR IGNORE INTO entity (name) VALUES (?)").Add(name).Execute();
            id = connection.Prepare("SELECT id FROM entity WHERE name = ?").Add(name).Scalar()!.Value;
            _entities.Add(name, id);
        }

        return id;
    }
}
