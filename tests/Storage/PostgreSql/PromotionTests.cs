using System.Threading.Channels;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql;
using MarketManager.Storage.PostgreSql.Sessions;
using MarketManager.TestKit.Postgres;
using Microsoft.Extensions.Logging;
using Xunit;
using static MarketManager.Storage.Tests.Contract.Samples;

namespace MarketManager.Storage.Tests.PostgreSql;

/// <summary>What stores find out when another server is in the place of the one that they wrote to. Here it is the same one, made to look so.</summary>
public sealed class PromotionTests : IAsyncLifetime, IDisposable
{
    private readonly LogLines _log = new();
    private PostgresServer _server = null!;
    private string _database = null!;
    private PostgresStore _store = null!;
    private Guid _me;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.Shared();
        _database = await _server.NewDatabase(await PostgresUnderTest.Template.Value);
        (_store, _me) = (await Open(_log), await Stores.Join(_server, _database));
        await _store.Enter(_me, PostgresStore.Lanes);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _server.Drop(_database);
    }

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task What_is_missing_is_named_and_stays_in_sight()
    {
        await _store.Journal.Append(Append(1, 1, "there", "gone", "gone too"));
        await _store.Journal.Append(Append(2, 1, "never was"));
        await _store.Journal.Append(Append(3, 1, "there", "another's now"));
        await _store.Journal.Append(Append(4, 1, "there"));

        await Promote("DELETE FROM mm.event WHERE actor = 1 AND seq > 1 OR actor = 2; UPDATE mm.event SET data = 'x' WHERE actor = 3 AND seq = 2");

        Assert.Equal(
            "Acknowledged changes are lost: 3 of 4 actors that this node wrote to lack their last one on the PostgreSQL server that was promoted "
            + "or restored: exchange-1 lost 2 to 3; exchange-2 lost 1; exchange-3 lost 2, and has another 2",
            await Alarm());
        Assert.Equal(
            (true, "PostgreSQL was promoted or restored, and lacks the last acknowledged change of 3 actors; the log names them"),
            await Health());
    }

    [Fact]
    public async Task All_that_are_missing_are_named_ten_a_line()
    {
        await Task.WhenAll(Enumerable.Range(1, 30).Select(id => _store.Journal.Append(Append(id, 1, "gone")).AsTask()));

        await Promote("DELETE FROM mm.event");

        foreach (var (first, last) in new[] { (1, 10), (11, 20), (21, 30) })
        {
            var said = await Alarm();
            Assert.StartsWith("Acknowledged changes are lost: 30 of 30 actors", said, StringComparison.Ordinal);
            Assert.Contains($": exchange-{first} lost 1; ", said, StringComparison.Ordinal);
            Assert.EndsWith($"; exchange-{last - 1} lost 1; exchange-{last} lost 1", said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Event_that_a_snapshot_contains_is_not_missing()
    {
        await _store.Journal.Append(Append(1, 1, "there") with { Snapshot = new JournalSnapshot(1, "{}"u8.ToArray()) });

        await Promote("DELETE FROM mm.event");

        await NothingIsMissing(of: 1);
    }

    [Fact]
    public async Task What_is_written_at_the_new_server_does_not_stand_for_what_the_old_one_had()
    {
        await _store.Journal.Append(Append(1, 1, "there", "gone"));
        await Promote("DELETE FROM mm.event WHERE seq = 2", andLook: false);

        await _store.Journal.Append(Append(1, 2, "written over it"));

        Assert.Contains("exchange-1 lost 2", await Alarm(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_promotion_is_held_against_the_first()
    {
        await _store.Journal.Append(Append(1, 1, "there"));
        await Promote("SELECT 1");
        await NothingIsMissing(of: 1);
        await _store.Journal.Append(Append(2, 1, "gone"));

        await Promote("DELETE FROM mm.event");

        Assert.EndsWith("1 of 1 actors that this node wrote to lack their last one on the PostgreSQL server that was promoted or restored: "
            + "exchange-2 lost 1", await Alarm(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_that_has_handed_an_actor_over_still_knows_what_it_acknowledged()
    {
        using var log = new LogLines();
        await using var other = await Open(log);
        var successor = await Stores.Join(_server, _database);
        await other.Enter(successor, PostgresStore.Lanes);
        var fence = await Stores.Give(_server, _database, Shard.Of(1), _me);
        await _store.Journal.Append(Append(1, 1, "there", "gone") with { Fence = fence });
        await Stores.Give(_server, _database, Shard.Of(1), successor);

        await Promote("DELETE FROM mm.event WHERE seq = 2");
        await other.Health.Check(default);

        Assert.EndsWith("exchange-1 lost 2", await Alarm(), StringComparison.Ordinal);
        Assert.Null((await other.Health.Check(default)).Detail);
    }

    [Fact]
    public async Task Session_that_listens_leaves_a_server_that_was_replaced_although_that_lives_on()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var sessions = Channel.CreateUnbounded<int>();
        var settings = PostgresSession.Common(_store.Servers.ConnectionString, "mm test");
        settings.Pooling = false;
        await using var listener = new Listener(
            _store.Servers,
            settings.ConnectionString,
            TimeProvider.System,
            (connection, _) => sessions.Writer.WriteAsync(connection.ProcessID, patience.Token).AsTask(),
            _ => { },
            _ => { });
        var first = await sessions.Reader.ReadAsync(patience.Token);

        await _server.Execute(_database, "UPDATE mm.cluster SET timeline = timeline - 1");
        var (other, _) = await PostgresSession.Open(_store.Servers, "mm test", patience.Token); // sees it
        await other.DisposeAsync();

        Assert.NotEqual(first, await sessions.Reader.ReadAsync(patience.Token));
    }

    private ValueTask<PostgresStore> Open(LogLines log) =>
        PostgresStore.Open(new PostgresOptions { ConnectionString = _server.ConnectionString(_database) }, World.Real(), log);

    /// <summary>Makes the server look like one that was promoted, and that lacks something.</summary>
    private async Task Promote(string loss, bool andLook = true)
    {
        await _server.Execute(_database, loss);
        await _server.Execute(_database, "UPDATE mm.cluster SET timeline = timeline - 1");
        await _server.EndSessions(_database);
        if (andLook)
        {
            await _store.Exchanges.Count(default);
        }
    }

    private async Task<(bool, string?)> Health()
    {
        var health = await _store.Health.Check(default);
        return (health.Ok, health.Detail);
    }

    private Task<string> Alarm() => _log.Next(LogLevel.Error, "Acknowledged changes are lost");

    private async Task NothingIsMissing(int of)
    {
        Assert.Equal(
            $"Nothing that this node acknowledged is missing on the PostgreSQL server that was promoted or restored: {of} actors have their last change",
            await _log.Next(LogLevel.Information, "Nothing"));
        Assert.Equal((true, null), await Health());
    }
}
