using MarketManager.Kernel;
using MarketManager.Storage.Sqlite;
using MarketManager.Storage.Sqlite.Engine;
using MarketManager.Storage.Tests.Contract;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static MarketManager.Storage.Tests.Contract.Samples;

namespace MarketManager.Storage.Tests.Sqlite;

public sealed class FaultTests() : StoreContract(() => new SqliteUnderTest())
{
    private static readonly string Large = new('x', 50_000);

    private IJournal Journal => Store.Journal;

    private SqliteUnderTest Sqlite => (SqliteUnderTest)Store;

    [Fact]
    public async Task Full_disk_refuses_writes_and_they_go_on_by_themselves_once_there_is_room()
    {
        await Journal.Append(Append(1, 1, "before"));
        await FillUp();

        await Assert.ThrowsAsync<StoreFullException>(async () => await Journal.Append(Append(1, 2, Large)));
        Assert.Equal(["1:1 changed.1 before"], await Recorder.Read(Journal));

        await MakeRoom();
        await Journal.Append(Append(1, 2, "after"));
        Assert.Equal(["1:1 changed.1 before", "1:2 changed.1 after"], await Recorder.Read(Journal));
        Assert.True((await Store.Health.Check(default)).Ok);
    }

    [Fact]
    public async Task Full_disk_fails_the_whole_batch_and_leaves_nothing_half_done()
    {
        await FillUp();
        var writes = Enumerable.Range(1, 20).Select(i => Journal.Append(Append(i, 1, Large)).AsTask()).ToList();
        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));

        Assert.All(writes, write => Assert.IsType<StoreFullException>(write.Exception?.InnerException));
        await MakeRoom();
        Assert.Empty(await Recorder.Read(Journal));
    }

    [Fact]
    public async Task Locked_database_refuses_writes_serves_reads_and_recovers()
    {
        await Journal.Append(Append(1, 1, "before"));
        using (var other = Connection.OpenWriter(Path.Combine(Sqlite.Folder, "marketmanager.db")))
        {
            other.Execute("BEGIN IMMEDIATE");

            var refused = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Journal.Append(Append(1, 2, "late")));
            Assert.False(refused.OutcomeUnknown);
            Assert.Single(await Recorder.Read(Journal));
            var health = await Store.Health.Check(default);
            Assert.Equal((false, refused.Message), (health.Ok, health.Detail));
            other.Execute("ROLLBACK");
        }

        await Journal.Append(Append(1, 2, "after"));
        Assert.True((await Store.Health.Check(default)).Ok);
        Assert.Equal(["1:1 changed.1 before", "1:2 changed.1 after"], await Recorder.Read(Journal));
    }

    [Fact]
    public async Task Locked_database_refuses_many_about_as_soon_as_one()
    {
        using var other = Connection.OpenWriter(Path.Combine(Sqlite.Folder, "marketmanager.db"));
        other.Execute("BEGIN IMMEDIATE");

        // Alone in their transactions, forty of them would wait for more than a minute if each had the patience of the first.
        var writes = Enumerable.Range(1, 40).Select(i => Journal.Append(Append(i, 1, "late") with { Guarded = true }).AsTask()).ToList();
        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default))).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.All(writes, write => Assert.IsType<StoreUnavailableException>(write.Exception?.InnerException));
        other.Execute("ROLLBACK");
        await Journal.Append(Append(1, 1, "after"));
        Assert.Equal(["1:1 changed.1 after"], await Recorder.Read(Journal));
    }

    [Fact]
    public async Task Connection_that_breaks_is_replaced()
    {
        await Journal.Append(Append(1, 1, "before"));
        await OnWriter(connection => connection.Execute("PRAGMA query_only = ON"));

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Journal.Append(Append(1, 2, "lost")));
        await Journal.Append(Append(1, 2, "after"));

        Assert.Equal(["1:1 changed.1 before", "1:2 changed.1 after"], await Recorder.Read(Journal));
    }

    [Fact]
    public async Task Full_queue_makes_callers_wait_and_loses_nothing()
    {
        var folder = Path.Combine(Sqlite.Folder, "small");
        await using var store = SqliteStore.Open(
            new StoreOptions { Folder = folder, WriteQueueCapacity = 2, MaxBatch = 3 },
            World.Real(),
            NullLoggerFactory.Instance);

        await Task.WhenAll(Enumerable.Range(1, 100).Select(i => store.Journal.Append(Append(i, 1, "x")).AsTask()));

        Assert.Equal(100, (await Recorder.Read(store.Journal)).Count);
    }

    [Fact]
    public async Task Closed_store_refuses_writes_after_it_has_written_what_was_queued()
    {
        var queued = Enumerable.Range(1, 50).Select(i => Journal.Append(Append(i, 1, "x")).AsTask()).ToList();
        await Store.Reopen();

        await Task.WhenAll(queued);
        Assert.Equal(50, (await Recorder.Read(Journal)).Count);
    }

    // The engine's own limit stands in for the disk's: it fails with the same code, at the same places.
    private Task<int> FillUp() => OnWriter(connection =>
        connection.Execute($"PRAGMA max_page_count = {connection.Prepare("SELECT page_count FROM pragma_page_count").Scalar()}"));

    private Task<int> MakeRoom() => OnWriter(connection => connection.Execute("PRAGMA max_page_count = 1000000"));

    private Task<int> OnWriter(Action<Connection> work) => Sqlite.Store.Writer.Call(
        session =>
        {
            work(session.Connection);
            return 0;
        },
        default);
}
