using MarketManager.Storage.PostgreSql;
using MarketManager.Storage.Tests.Contract;
using MarketManager.TestKit.Postgres;
using Xunit;
using static MarketManager.Storage.Tests.Contract.Samples;

namespace MarketManager.Storage.Tests.PostgreSql;

/// <summary>Recovery that is held up holds nobody else up.</summary>
public sealed class HeldRecoveryTests : IAsyncLifetime
{
    private const int MoreThanThereAreReaders = 12;

    private PostgresServer _server = null!;
    private string _database = null!;
    private PostgresStore _store = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.Shared();
        _database = await _server.NewDatabase(await PostgresUnderTest.Template.Value);
        _store = await Stores.Open(_server, _database);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _server.Drop(_database);
    }

    [Fact]
    public async Task Shards_that_wait_for_the_journal_leave_the_readers_alone_and_are_recovered_in_the_end()
    {
        await _store.Enter(await Stores.Join(_server, _database), PostgresStore.Lanes);
        await _store.Journal.Append(Append(1, 1, "kept"));
        List<Task> recoveries;
        await using (await TableLock.Take(_server.ConnectionString(_database), "mm.event"))
        {
            recoveries = [.. Enumerable.Range(0, MoreThanThereAreReaders).Select(Recover)];
            await Waiting();

            Assert.Equal(0, (await _store.Exchanges.Count(CancellationToken.None)).Total);
            Assert.True((await _store.Health.Check(CancellationToken.None)).Ok);

            // Longer than a connection is waited for: those in line wait for their turn, however long it takes.
            await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System);
            Assert.DoesNotContain(recoveries, recovery => recovery.IsCompleted);
        }

        await Task.WhenAll(recoveries);
        Assert.Equal(["1:1 changed.1 kept"], await Recorder.Read(_store.Journal));
    }

    [Fact]
    public async Task Shard_that_is_given_up_while_it_waits_in_line_leaves_it()
    {
        await using var held = await TableLock.Take(_server.ConnectionString(_database), "mm.event");
        using var stop = new CancellationTokenSource();
        var first = Recover(0);
        await Waiting();
        var second = _store.Journal.Replay("exchange", new HashSet<int> { 1 }, new Recorder(), stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        await held.DisposeAsync();
        await first;
    }

    private Task Recover(int shard) => _store.Journal.Replay("exchange", new HashSet<int> { shard }, new Recorder()).AsTask();

    private async Task Waiting()
    {
        while (await _server.Ask<long>("postgres", $"SELECT count(*) FROM pg_stat_activity WHERE datname = '{_database}' AND wait_event_type = 'Lock'") == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
