using System.Collections.Concurrent;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Reading;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>Writes for whichever incarnation this node has now; for none, it refuses.</summary>
internal sealed class PostgresWriter(ReaderSource readers) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, short> _entities = new();
    private readonly LevelGate _levels = new(readers);
    private LaneSet? _lanes;

    /// <summary>Why writes fail; null while they do not, or nobody may write.</summary>
    public StoreException? Failure => Volatile.Read(ref _lanes)?.Failure;

    /// <summary>What the store refused to write; null: nothing, or not lately.</summary>
    public StoreException? Refusal => Volatile.Read(ref _lanes)?.Refusal;

    /// <summary>Begins to write for an incarnation.</summary>
    public async ValueTask Enter(LaneSurroundings around, int lanes, CancellationToken cancellationToken)
    {
        var opened = await LaneSet.Open(around with { Connected = _levels.Forget }, lanes, cancellationToken);
        if (Interlocked.CompareExchange(ref _lanes, opened, null) is not null)
        {
            await opened.DisposeAsync();
            throw new InvalidOperationException("this node is a member already; it must leave before it enters again");
        }
    }

    /// <summary>From now on nobody waits for a store that is away.</summary>
    public void Leave() => Volatile.Read(ref _lanes)?.Close();

    /// <summary>Writes what is queued, where it still can, and refuses what comes after.</summary>
    public async ValueTask Exit()
    {
        if (Interlocked.Exchange(ref _lanes, null) is { } lanes)
        {
            await lanes.DisposeAsync();
        }
    }

    /// <summary>Commits what an actor writes; once queued it is carried out, whatever the token says.</summary>
    public ValueTask Append(JournalWrite write, CancellationToken cancellationToken)
    {
        var lanes = Volatile.Read(ref _lanes) ?? throw LaneSet.NoMember();
        return _levels.LetsThrough(write) && _entities.TryGetValue(write.Actor.Entity, out var entity)
            ? lanes.Append(new AppendJob(write, entity), cancellationToken)
            : AppendFirst(lanes, write, cancellationToken);
    }

    /// <summary>Waits until what an actor wrote, and was told that nobody knows of, is written or never will be.</summary>
    /// <exception cref="StoreException">That could not be found out.</exception>
    public ValueTask Settle(PersistenceId actor, CancellationToken cancellationToken) =>
        Volatile.Read(ref _lanes) is { } lanes && _entities.TryGetValue(actor.Entity, out var entity)
            ? lanes.Settle(actor, entity, cancellationToken)
            : default;

    /// <summary>The server is another one, which may have given other numbers.</summary>
    public void ForgetEntities() => _entities.Clear();

    public ValueTask DisposeAsync() => Exit();

    /// <summary>Asks the store for what is not known yet: the level, and an entity's number in the tables.</summary>
    /// <remarks>A number is made where it is new, and never undone, so that it needs no transaction with others.</remarks>
    private async ValueTask AppendFirst(LaneSet lanes, JournalWrite write, CancellationToken cancellationToken)
    {
        await _levels.Pass(write, cancellationToken);
        var name = write.Actor.Entity;
        await readers.Draw(
            """
            WITH made AS (
              INSERT INTO mm.entity (name) SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM mm.entity WHERE name = $1) ON CONFLICT DO NOTHING RETURNING 1)
            SELECT count(*)::int FROM made
            """,
            parameters => parameters.Add(name),
            row => row.Int(),
            cancellationToken);
        var entity = await readers.Read(
            "SELECT id FROM mm.entity WHERE name = $1", parameters => parameters.Add(name), row => (short)row.Int(), cancellationToken);
        _entities.TryAdd(name, entity[0]);
        await lanes.Append(new AppendJob(write, entity[0]), cancellationToken);
    }
}
