using System.Data;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Reading;
using MarketManager.Storage.PostgreSql.Sessions;
using MarketManager.Storage.PostgreSql.Writing;
using Npgsql;
using NpgsqlTypes;

namespace MarketManager.Storage.PostgreSql;

/// <summary>The journal on PostgreSQL.</summary>
/// <remarks>
/// Replays have a connection of their own and wait in line for it, however long: shards come one by one while others hand over, and
/// a recovery that is held up must not take the connections that requests and the health check need.
/// </remarks>
internal sealed class PostgresJournal(PostgresServers servers, PostgresWriter writer) : IJournal, IAsyncDisposable
{
    private readonly ReaderSource _reader = new(servers, "mm recovery", connections: 1);
    private readonly SemaphoreSlim _line = new(1);

    public ValueTask Append(JournalWrite write, CancellationToken cancellationToken = default) => writer.Append(write, cancellationToken);

    public ValueTask Replay(string entity, IReadOnlySet<int>? shards, IReplay replay, CancellationToken cancellationToken = default)
    {
        var wanted = (shards ?? Enumerable.Range(0, Shard.Count)).Select(shard => (short)shard).Order().ToArray();
        return Scan(
            "AND s.shard = ANY ($2)", "AND e.shard = ANY ($2)", "e.shard, e.actor, e.seq",
            parameters => parameters.Add(entity).AddAll(wanted, NpgsqlDbType.Smallint), replay, cancellationToken);
    }

    public async ValueTask Replay(PersistenceId actor, IReplay replay, CancellationToken cancellationToken = default)
    {
        // An actor reads itself anew because it does not know what became of a write: that must not happen after it has read.
        await writer.Settle(actor, cancellationToken);
        await Scan(
            "AND s.shard = $2 AND s.actor = $3", "AND e.shard = $2 AND e.actor = $3", "e.seq",
            parameters => parameters.Add(actor.Entity).Add(Shard.Of(actor.Id)).Add(actor.Id), replay, cancellationToken);
    }

    // The line has nothing to be disposed of, and who stands in it then finds the connection closed.
    public ValueTask DisposeAsync() => _reader.DisposeAsync();

    private async ValueTask Scan(
        string snapshots, string events, string order, Func<PgParameters, PgParameters> bind, IReplay replay, CancellationToken cancellationToken)
    {
        await _line.WaitAsync(cancellationToken);
        try
        {
            await ScanBoth(snapshots, events, order, bind, replay, cancellationToken);
        }
        finally
        {
            _line.Release();
        }
    }

    // Both scans see the same instant, so that no event can fall between them.
    private async ValueTask ScanBoth(
        string snapshots, string events, string order, Func<PgParameters, PgParameters> bind, IReplay replay, CancellationToken cancellationToken)
    {
        const string entity = "(SELECT id FROM mm.entity WHERE name = $1)";
        var began = false;
        await _reader.Snapshot(
            async (connection, cancelled) =>
            {
                if (began)
                {
                    throw new StoreUnavailableException("the store went away in the middle of a replay");
                }

                await using var batch = new NpgsqlBatch(connection);
                var commands = new List<NpgsqlBatchCommand>();
                bind(RowCommands.New(commands, $"SELECT s.actor, s.seq, s.data FROM mm.snapshot s WHERE s.entity = {entity} {snapshots}"));
                bind(RowCommands.New(
                    commands,
                    $"""
                    SELECT e.actor, e.seq, e.kind, e.version, e.at, e.data
                    FROM mm.event e LEFT JOIN mm.snapshot s ON s.entity = e.entity AND s.shard = e.shard AND s.actor = e.actor
                    WHERE e.entity = {entity} {events} AND e.seq > coalesce(s.seq, 0)
                    ORDER BY {order}
                    """));
                commands.ForEach(batch.BatchCommands.Add);
                await using var reader = await batch.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancelled);
                began = true;
                var row = new PgRow(reader);
                while (await row.Next(cancelled))
                {
                    replay.OnSnapshot(row.Long(), row.Long(), row.Bytes());
                }

                await reader.NextResultAsync(cancelled);
                while (await row.Next(cancelled))
                {
                    replay.OnEvent(row.Long(), row.Long(), string.Intern(row.Text()), row.Int(), EventTime.FromStored(row.Long()), row.Bytes());
                }

                return true;
            },
            cancellationToken);
    }
}
