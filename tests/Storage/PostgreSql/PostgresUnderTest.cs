using MarketManager.Actors.Access;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Settings;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql;
using MarketManager.Storage.Tests.Contract;
using MarketManager.TestKit.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Storage.Tests.PostgreSql;

/// <summary>A store in a database of its own, which is dropped in the end; its node is a member.</summary>
public sealed class PostgresUnderTest : StoreUnderTest
{
    /// <summary>A database with the schema and nothing in it.</summary>
    public static readonly Lazy<Task<string>> Template = new(MakeTemplate);

    private PostgresStore? _store;
    private string? _database;

    public PostgresStore Store => _store!;

    public string Database => _database!;

    public override IJournal Journal => Store.Journal;

    public override IExchangeReader Exchanges => Store.Exchanges;

    public override IRunReader Runs => Store.Runs;

    public override IRunRetention Retention => Store.Retention;

    public override IMarketReader Markets => Store.Markets;

    public override IIdempotencyStore Answers => Store.Answers;

    public override IKeyStore Keys => Store.Keys;

    public override ISettingStore Settings => Store.Settings;

    public override IStoreHealth Health => Store.Health;

    public override async ValueTask Open()
    {
        var server = await PostgresServer.Shared();
        _database ??= await server.NewDatabase(await Template.Value);
        _store = await Stores.Open(server, Database);
        await Store.Enter(await Stores.Join(server, Database), PostgresStore.Lanes);
    }

    public override async ValueTask Reopen()
    {
        await Store.DisposeAsync();
        await Open();
    }

    public override async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
            await (await PostgresServer.Shared()).Drop(Database);
        }
    }

    // The schema once for all.
    private static async Task<string> MakeTemplate()
    {
        var server = await PostgresServer.Shared();
        var template = await server.NewDatabase();
        await using (await Stores.Open(server, template))
        {
        }

        await server.EndSessions(template);
        return template;
    }
}

/// <summary>Opens stores, and does to the tables what membership does.</summary>
internal static class Stores
{
    public static ValueTask<PostgresStore> Open(PostgresServer server, string database) =>
        PostgresStore.Open(new PostgresOptions { ConnectionString = server.ConnectionString(database) }, World.Real(), NullLoggerFactory.Instance);

    /// <summary>Makes a member.</summary>
    public static async Task<Guid> Join(PostgresServer server, string database)
    {
        var incarnation = World.Real().NewId(DateTimeOffset.UnixEpoch);
        await server.Execute(
            database,
            $"""
            INSERT INTO mm.node (inc, name, address, roles, level, key) VALUES ('{incarnation}', '{incarnation}', '', ARRAY['gather'], 1, 0);
            INSERT INTO mm.lane (inc, no) SELECT '{incarnation}', generate_series(0, {PostgresStore.Lanes - 1});
            """);
        return incarnation;
    }

    /// <summary>Gives a shard to a member, under the locks that the protocol asks for.</summary>
    /// <returns>The new right.</returns>
    public static async Task<Fence> Give(PostgresServer server, string database, int shard, Guid owner)
    {
        var epoch = await server.Ask<long>(
            database,
            $"""
            BEGIN;
            DO $$ BEGIN PERFORM 1 FROM mm.lane WHERE inc = (SELECT s.owner FROM mm.shard s WHERE s.role = 'gather' AND s.no = {shard}) ORDER BY no FOR UPDATE; END $$;
            UPDATE mm.shard SET owner = '{owner}', epoch = epoch + 1 WHERE role = 'gather' AND no = {shard} RETURNING epoch;
            COMMIT;
            """);
        return new Fence("gather", shard, epoch);
    }

    /// <summary>Declares a member dead.</summary>
    public static Task Condemn(PostgresServer server, string database, Guid incarnation) => server.Execute(
        database,
        $"""
        BEGIN;
        SELECT 1 FROM mm.lane WHERE inc = '{incarnation}' ORDER BY no FOR UPDATE;
        UPDATE mm.lane SET alive = false WHERE inc = '{incarnation}';
        UPDATE mm.node SET alive = false WHERE inc = '{incarnation}';
        UPDATE mm.shard SET owner = NULL, epoch = epoch + 1 WHERE owner = '{incarnation}';
        COMMIT;
        """);
}
