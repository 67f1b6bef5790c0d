using MarketManager.Actors.Access;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Lists;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Runs;
using MarketManager.Kernel;
using MarketManager.Storage.Copy;
using MarketManager.Storage.PostgreSql;
using MarketManager.Storage.PostgreSql.Sessions;
using MarketManager.Storage.Sqlite;
using MarketManager.Storage.Tests.Contract;
using MarketManager.Storage.Tests.PostgreSql;
using MarketManager.Storage.Tests.Sqlite;
using MarketManager.TestKit.Postgres;
using Xunit;
using static MarketManager.Storage.Tests.Contract.Samples;

namespace MarketManager.Storage.Tests.Copy;

public sealed class StorageCopyTests : IAsyncLifetime, IDisposable
{
    private static readonly Paging All = new(1000, 0, []);
    private readonly TempFolder _folder = new();
    private PostgresServer _server = null!;
    private string _database = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.Shared();
        _database = await _server.NewDatabase();
    }

    public Task DisposeAsync() => _server.Drop(_database);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everything_is_there_afterwards_and_goes_on_from_there()
    {
        var (events, exchanges, runs, markets) = await Given();

        var copied = await Copy();

        Assert.Equal([2L, 4, 1, 1, 2, 2, 1, 2, 1, 1, 1], copied.Select(table => table.Rows));
        await using var store = await Stores.Open(_server, _database);
        await store.Enter(await Stores.Join(_server, _database), PostgresStore.Lanes);
        Assert.Equal(events.Order(StringComparer.Ordinal), (await Recorder.Read(store.Journal)).Order(StringComparer.Ordinal));
        Assert.Equal(["1:1 changed.1 other"], await Recorder.Read(store.Journal, "adapter"));
        Assert.Equal(exchanges, (await store.Exchanges.List(new ExchangeFilter("default", null, null, null, null), All, default)).Items);
        Assert.Equal(runs, (await store.Runs.List(new RunFilter(1, null, null, null, null), All, default)).Items);
        Assert.Equal(markets, (await store.Markets.List(new MarketFilter("default"), All, default)).Items);
        Assert.Equal([1, 2, 3], Assert.Single(await store.Keys.List(default)).Hash.ToArray());
        Assert.Equal("true", await store.Settings.Read("paused", default));
        Assert.Equal(3, await store.Exchanges.NextId(default));
        await store.Journal.Append(Append(1, 3, "next"));
        await store.Journal.Append(new JournalWrite(new PersistenceId("strategy", 1), 1, [Event("new kind of entity")], []));
        Assert.Equal(["1:1 changed.1 new kind of entity"], await Recorder.Read(store.Journal, "strategy"));
    }

    [Fact]
    public async Task Target_that_holds_anything_is_refused()
    {
        await Given();
        await Copy();

        var refused = await Assert.ThrowsAsync<StorageCopyException>(Copy);

        Assert.Contains("not empty", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alters", "NEW.symbol := NEW.symbol || '?'; RETURN NEW;")]
    [InlineData("drops", "RETURN NULL;")]
    public async Task Target_that_does_not_keep_what_it_is_sent_is_told_apart_and_left_empty(string how, string body)
    {
        await Given();
        await using (await Stores.Open(_server, _database))
        {
        }

        await _server.Execute(
            _database,
            $"""
            CREATE FUNCTION public.{how}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;
            CREATE TRIGGER {how} BEFORE INSERT ON mm.market FOR EACH ROW EXECUTE FUNCTION public.{how}();
            """);

        var refused = await Assert.ThrowsAsync<StorageCopyException>(Copy);

        Assert.StartsWith("market is not what was sent: ", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("; nothing was copied", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await _server.Ask<long>(_database, "SELECT (SELECT count(*) FROM mm.event) + (SELECT count(*) FROM mm.exchange) + (SELECT count(*) FROM mm.market)"));
    }

    [Fact]
    public async Task Target_on_which_nodes_live_is_refused_by_their_names()
    {
        await Given();
        await using (await Stores.Open(_server, _database))
        {
        }

        var node = await Stores.Join(_server, _database);
        await using var presence = await PostgresSession.OpenFirst(new PostgresServers(_server.ConnectionString(_database)), "mm test", default);
        await PostgresSession.Execute(presence, "SELECT pg_advisory_lock(key) FROM mm.node", default);

        var refused = await Assert.ThrowsAsync<StorageCopyException>(Copy);

        Assert.Equal(
            $"nodes of a cluster live on the database {_database}: {node}; they would not see what is copied. Stop them, copy, then start them again",
            refused.Message);

        // One that was killed stays in the table until another one sees it.
        await presence.CloseAsync();
        await _server.EndSessions(_database);
        await Copy();
    }

    [Fact]
    public async Task Source_that_a_node_runs_on_is_refused_and_nothing_is_copied()
    {
        await Given();
        await using (SqliteUnderTest.Open(_folder.Path))
        {
            await Assert.ThrowsAsync<StoreLockedException>(Copy);
        }

        await Copy();
    }

    [Fact]
    public async Task Folder_without_a_database_is_refused_and_left_alone()
    {
        await Assert.ThrowsAsync<NothingStoredException>(Copy);

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    private Task<IReadOnlyList<CopiedRows>> Copy() => StorageCopy.Run(_folder.Path, _server.ConnectionString(_database), World.Real());

    private async Task<(List<string> Events, IReadOnlyList<ExchangeView> Exchanges, IReadOnlyList<RunView> Runs, IReadOnlyList<MarketView> Markets)> Given()
    {
        await using var store = SqliteUnderTest.Open(_folder.Path);
        await store.Journal.Append(Append(1, 1, """{"name":"ü🌍'\""}""", "b") with
        {
            Rows =
            [
                new ExchangeInserted(FullExchange(1)), new ExchangeInserted(Exchange(2)),
                new RunOpened(Run(1, 1, RunState.Failed)), new RunOpened(Run(1, 2)),
                new MarketsReplaced(1, 2, Noon, [Market("BTC", 1.10m), Market("ÆTH") with { Active = null, VenueTime = null, Last = 79228162514264337593543950335m }]),
                new AnswerKept(new IdempotencyKey("local", "POST /", "k", "aa"), "{}", Noon),
            ],
        });
        await store.Journal.Append(Append(2, 1, "x") with { Snapshot = new JournalSnapshot(1, "x"u8.ToArray()) });
        await store.Journal.Append(new JournalWrite(new PersistenceId("adapter", 1), 1, [Event("other")], []));
        await store.Keys.Add(new ApiKey("a", "one", Role.Viewer, new byte[] { 1, 2, 3 }, Noon, null), default);
        await store.Settings.Write("paused", "true", default);
        return (
            await Recorder.Read(store.Journal),
            (await store.Exchanges.List(new ExchangeFilter("default", null, null, null, null), All, default)).Items,
            (await store.Runs.List(new RunFilter(1, null, null, null, null), All, default)).Items,
            (await store.Markets.List(new MarketFilter("default"), All, default)).Items);
    }
}
