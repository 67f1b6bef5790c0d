using System.Text;
using MarketManager.Kernel;
using MarketManager.Storage.Sqlite.Engine;
using MarketManager.Storage.Sqlite.Reading;
using MarketManager.Storage.Sqlite.Writing;

namespace MarketManager.Storage.Sqlite;

/// <summary>The journal on SQLite.</summary>
internal sealed class SqliteJournal(ReaderPool readers, SqliteWriter writer) : IJournal
{
    public ValueTask Append(JournalWrite write, CancellationToken cancellationToken = default) => writer.Append(write, cancellationToken);

    public async ValueTask Replay(
        string entity, IReadOnlySet<int>? shards, IReplay replay, CancellationToken cancellationToken = default) => await readers.Read(
        (entity, actor: (long?)null, shards is null ? replay : new ReplayOfShards(shards, replay), cancellationToken),
        ReadBack,
        cancellationToken);

    public async ValueTask Replay(PersistenceId actor, IReplay replay, CancellationToken cancellationToken = default) => await readers.Read(
        (actor.Entity, actor: (long?)actor.Id, replay, cancellationToken), ReadBack, cancellationToken);

    private static bool ReadBack(Connection connection, (string Entity, long? Actor, IReplay Replay, CancellationToken Cancelled) a)
    {
        if (connection.Prepare("SELECT id FROM entity WHERE name = ?").Add(a.Entity).Scalar() is { } entity)
        {
            var covered = ReadSnapshots(connection, entity, a.Actor, a.Replay);
            ReadEvents(connection, entity, a.Actor, covered, a.Replay, a.Cancelled);
        }

        return true;
    }

    private static Dictionary<long, long> ReadSnapshots(Connection connection, long entity, long? actor, IReplay replay)
    {
        var covered = new Dictionary<long, long>();
        var rows = actor is { } one
            ? connection.Prepare("SELECT actor, seq, data FROM snapshot WHERE entity = ? AND actor = ?").Add(entity).Add(one)
            : connection.Prepare("SELECT actor, seq, data FROM snapshot WHERE entity = ?").Add(entity);
        while (rows.Step())
        {
            var (id, sequence) = (rows.Long(), rows.Long());
            covered.Add(id, sequence);
            replay.OnSnapshot(id, sequence, rows.Bytes());
        }

        return covered;
    }

    private static void ReadEvents(
        Connection connection, long entity, long? actor, Dictionary<long, long> covered, IReplay replay, CancellationToken cancelled)
    {
        const string columns = "actor, seq, kind, version, at, data";

        // All actors: the table from begin to end (+ keeps the index out), in which each one's events lie in their order.
        var rows = actor is { } one
            ? connection.Prepare($"SELECT {columns} FROM event WHERE entity = ? AND actor = ? ORDER BY seq").Add(entity).Add(one)
            : connection.Prepare($"SELECT {columns} FROM event WHERE +entity = ? ORDER BY id").Add(entity);
        var kinds = new Interner();
        for (var count = 0; rows.Step(); count++)
        {
            if (count % 1024 == 0)
            {
                cancelled.ThrowIfCancellationRequested();
            }

            var (id, sequence) = (rows.Long(), rows.Long());
            if (covered.Count == 0 || sequence > covered.GetValueOrDefault(id))
            {
                replay.OnEvent(id, sequence, kinds.Get(rows.Bytes()), rows.Int(), EventTime.FromStored(rows.Long()), rows.Bytes());
            }
        }
    }

    /// <summary>Lets through what belongs to some shards. One process owns all of them, so that nobody but a test asks for less.</summary>
    private sealed class ReplayOfShards(IReadOnlySet<int> shards, IReplay replay) : IReplay
    {
        public void OnSnapshot(long id, long sequence, ReadOnlySpan<byte> data)
        {
            if (shards.Contains(Shard.Of(id)))
            {
                replay.OnSnapshot(id, sequence, data);
            }
        }

        public void OnEvent(long id, long sequence, string kind, int version, DateTimeOffset at, ReadOnlySpan<byte> data)
        {
            if (shards.Contains(Shard.Of(id)))
            {
                replay.OnEvent(id, sequence, kind, version, at, data);
            }
        }
    }

    /// <summary>Gives the same string for the same bytes; there are few kinds of events.</summary>
    private sealed class Interner
    {
        private readonly List<(byte[] Utf8, string Text)> _known = [];

        public string Get(ReadOnlySpan<byte> utf8)
        {
            foreach (var (bytes, text) in _known)
            {
                if (utf8.SequenceEqual(bytes))
                {
                    return text;
                }
            }

            var added = Encoding.UTF8.GetString(utf8);
            _known.Add((utf8.ToArray(), added));
            return added;
        }
    }
}
