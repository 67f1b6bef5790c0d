using System.Text;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql;
using MarketManager.TestKit.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NpgsqlTypes;

namespace MarketManager.Benchmarks.Storage;

/// <summary>Durable events on PostgreSQL. The server is on this machine, and waits for the disk.</summary>
internal static class PostgresBenchmarks
{
    private const int Actors = 1000;
    private const int EventsEach = 300;
    private const int Rounds = 5;

    private static readonly byte[] Data = Encoding.UTF8.GetBytes(
        """{"run_id":"0195a4c2-7b1e-7c3a-9f5d-2b8e6a1c4d7f","run_no":123456,"trigger":"interval","gen":3,"slot":123456,"due":"2026-03-01T12:00:00.000Z"}""");

    public static async Task Run(Report report)
    {
        await using var server = await PostgresServer.Start(null, "fsync=on", "shared_buffers=256MB");
        await Events(server, report);
    }

    private static async Task Events(PostgresServer server, Report report)
    {
        var (store, bare, ratios, size) = (new List<double>(), new List<double>(), new List<double>(), 0d);
        for (var round = 0; round <= Rounds; round++)
        {
            var (rate, batches) = await Store(server, EventsEach);
            var loop = await Bare(server, batches);
            if (round > 0)
            {
                store.Add(rate);
                bare.Add(loop);
                ratios.Add(rate / loop);
                size = batches.Average();
            }
        }

        report.AtLeast($"durable events, PostgreSQL, {Actors} actors, {size:0} a transaction", Measure.Median(store), 40_000, "/s");
        report.Value("  bare unnest loop, same rows, same batches", Measure.Median(bare), "/s");
        report.AtLeast("  ratio", Measure.Median(ratios), 0.6, "");
    }

    private static async Task<(double PerSecond, List<int> Batches)> Store(PostgresServer server, int eventsEach)
    {
        var database = await server.NewDatabase();
        await using (var store = await Open(server, database))
        {
            var batches = new List<int>();
            using var listener = EventBenchmarks.Batches(batches);
            var measured = await Measure.Once(() => Task.WhenAll(Enumerable.Range(1, Actors).Select(actor => Append(store.Journal, actor, eventsEach))));
            await server.Drop(database);
            return (Actors * eventsEach / measured.Seconds, batches);
        }
    }

    private static async Task Append(IJournal journal, long actor, int count)
    {
        await Task.Yield();
        var fence = Right(Shard.Of(actor));
        for (var sequence = 1; sequence <= count; sequence++)
        {
            await journal.Append(new JournalWrite(
                new PersistenceId("exchange", actor), sequence, [new("run_started", 1, DateTimeOffset.UnixEpoch, Data)], [], Fence: fence));
        }
    }

    /// <summary>Inserts the same rows in transactions of those sizes, one after the other.</summary>
    private static async Task<double> Bare(PostgresServer server, List<int> batches)
    {
        var database = await server.NewDatabase();
        await using (await Open(server, database))
        {
        }

        await using var connection = new NpgsqlConnection(server.ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var insert = new NpgsqlCommand(
            "INSERT INTO mm.event (entity, shard, actor, seq, kind, version, at, data) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)", connection);
        NpgsqlDbType[] types =
        [
            NpgsqlDbType.Smallint, NpgsqlDbType.Smallint, NpgsqlDbType.Bigint, NpgsqlDbType.Bigint, NpgsqlDbType.Text, NpgsqlDbType.Integer,
            NpgsqlDbType.Bigint, NpgsqlDbType.Text,
        ];
        foreach (var type in types)
        {
            insert.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | type });
        }

        await insert.PrepareAsync();
        var text = Encoding.UTF8.GetString(Data);
        var all = Enumerable.Range(0, batches.Sum()).Select(i => (Actor: (i % Actors) + 1L, Sequence: (i / Actors) + 1L)).ToArray();
        var measured = await Measure.Once(async () =>
        {
            var start = 0;
            foreach (var size in batches)
            {
                var part = all.AsMemory(start, size).ToArray();
                start += size;
                insert.Parameters[0].Value = Enumerable.Repeat((short)1, size).ToArray();
                insert.Parameters[1].Value = part.Select(e => (short)Shard.Of(e.Actor)).ToArray();
                insert.Parameters[2].Value = part.Select(e => e.Actor).ToArray();
                insert.Parameters[3].Value = part.Select(e => e.Sequence).ToArray();
                insert.Parameters[4].Value = Enumerable.Repeat("run_started", size).ToArray();
                insert.Parameters[5].Value = Enumerable.Repeat(1, size).ToArray();
                insert.Parameters[6].Value = Enumerable.Repeat(0L, size).ToArray();
                insert.Parameters[7].Value = Enumerable.Repeat(text, size).ToArray();
                await insert.ExecuteNonQueryAsync();
            }
        });
        await server.Drop(database);
        return all.Length / measured.Seconds;
    }

    /// <summary>What <see cref="Open"/> gives the member.</summary>
    internal static Fence Right(int shard) => new("gather", shard, 1);

    /// <summary>Opens the store, and makes it a member that owns all shards.</summary>
    internal static async Task<PostgresStore> Open(PostgresServer server, string database)
    {
        var world = World.Real();
        var store = await PostgresStore.Open(
            new PostgresOptions { ConnectionString = server.ConnectionString(database) }, world, NullLoggerFactory.Instance);
        var me = world.NewId(world.Now);
        await server.Execute(
            database,
            $"""
            INSERT INTO mm.node (inc, name, address, roles, level, key) VALUES ('{me}', 'bench', '', ARRAY['gather'], 1, 0);
            INSERT INTO mm.lane (inc, no) SELECT '{me}', generate_series(0, {PostgresStore.Lanes - 1});
            UPDATE mm.shard SET owner = '{me}', epoch = 1 WHERE role = 'gather';
            """);
        await store.Enter(me, PostgresStore.Lanes);
        return store;
    }
}
