using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql;
using MarketManager.Storage.Tests.Contract;
using MarketManager.TestKit.Postgres;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;
using static MarketManager.Storage.Tests.Contract.Samples;

namespace MarketManager.Storage.Tests.PostgreSql;

/// <summary>What becomes of writes when sessions, or the server, go away in the middle. A server of its own, which waits for the disk.</summary>
public sealed class LossTests : IAsyncLifetime
{
    private PostgresServer _server = null!;
    private string _database = null!;
    private PostgresStore _store = null!;
    private Guid _me;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.Start(null, "fsync=on");
        _database = await _server.NewDatabase();
        _store = await PostgresStore.Open(
            new PostgresOptions { ConnectionString = _server.ConnectionString(_database), UnknownPatience = TimeSpan.FromSeconds(5) },
            World.Real(),
            NullLoggerFactory.Instance);
        _me = await Stores.Join(_server, _database);
        await _store.Enter(_me, PostgresStore.Lanes);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Sessions_that_are_ended_at_random_lose_no_acknowledged_event_and_double_none()
    {
        var writers = new ManyWriters(_store.Journal, 1000);
        writers.Start();
        var random = World.Real();
        for (var i = 0; i < 30; i++)
        {
            await writers.More(200);
            await Task.Delay(random.NextDuration(TimeSpan.FromMilliseconds(15)), TimeProvider.System);
            await _server.EndSessions(_database);
        }

        await writers.More(2000);
        await writers.Stop();
        await writers.Verify();
        Assert.Equal(0, writers.Unknown);
    }

    [Theory]
    [InlineData("immediate")]
    [InlineData("fast")]
    public async Task Restart_of_the_server_in_the_middle_of_writes_loses_no_acknowledged_event(string mode)
    {
        var writers = new ManyWriters(_store.Journal, 200);
        writers.Start();
        for (var i = 0; i < 3; i++)
        {
            await writers.More(500);
            await _server.Stop(mode);
            await _server.StartAgain();
        }

        await writers.More(1000);
        await writers.Stop();
        await writers.Verify();
        Assert.True((await _store.Health.Check(default)).Ok);
    }

    [Fact]
    public async Task Store_that_is_away_refuses_writes_for_sure_and_they_go_on_by_themselves()
    {
        await _store.Journal.Append(Append(1, 1, "before"));
        await _server.Stop();

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _store.Journal.Append(Append(1, 2, "sent to nobody")));
        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _store.Journal.Append(Append(1, 2, "late")));
        Assert.False(refused.OutcomeUnknown);
        Assert.False((await _store.Health.Check(default)).Ok);

        await _server.StartAgain();
        await Eventually(async () => await _store.Journal.Append(Append(1, 2, "after")));
        Assert.Equal(["1:1 changed.1 before", "1:2 changed.1 after"], await Recorder.Read(_store.Journal));
    }

    [Fact]
    public async Task Server_that_hangs_leaves_a_write_unknown_and_goes_on_later()
    {
        await _store.Journal.Append(Append(1, 1, "before"));
        _server.Pause(true);
        var hanging = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _store.Journal.Append(Append(1, 2, "maybe")));
        Assert.True(hanging.OutcomeUnknown);
        _server.Pause(false);

        await Eventually(async () => await _store.Journal.Append(Append(2, 1, "after")));
        Assert.Contains("2:1 changed.1 after", await Recorder.Read(_store.Journal));
    }

    [Fact]
    public async Task Who_reads_itself_anew_after_a_write_of_unknown_fate_waits_until_that_cannot_be_written_any_more()
    {
        await _store.Journal.Append(Append(1, 1, "before"));
        await using var other = new NpgsqlConnection(_server.ConnectionString(_database) + ";Pooling=false");
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("LOCK TABLE mm.event IN SHARE MODE", other, transaction))
        {
            await hold.ExecuteNonQueryAsync();
        }

        var writing = Assert.ThrowsAsync<StoreUnavailableException>(async () => await _store.Journal.Append(Append(1, 2, "maybe")));
        var session = await WhoWaits();
        _server.Pause(true);
        Assert.True((await writing).OutcomeUnknown);
        _server.Pause(false);

        await Eventually(async () => await _store.Journal.Replay(Append(1, 1).Actor, new Recorder(), default));
        Assert.Equal(0, await _server.Ask<long>(_database, $"SELECT count(*) FROM pg_stat_activity WHERE pid = {session}"));
        await transaction.RollbackAsync();
        await _store.Journal.Append(Append(1, 2, "after"));
        Assert.Equal(["1:1 changed.1 before", "1:2 changed.1 after"], await Recorder.Read(_store.Journal));
    }

    [Fact]
    public async Task Commit_whose_answer_is_lost_is_found_out_acknowledged_and_written_once()
    {
        using var line = new SilentLine(_server.Port);
        var log = new LogLines();
        await using var store = await PostgresStore.Open(
            new PostgresOptions { ConnectionString = line.Through(_server.ConnectionString(_database)), UnknownPatience = TimeSpan.FromSeconds(20) },
            World.Real(),
            log);
        await store.Enter(_me, PostgresStore.Lanes);
        await store.Journal.Append(Append(1, 1, "before"));

        line.IsSilent = true;
        var writing = store.Journal.Append(Append(1, 2, "once")).AsTask();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await Recorder.Read(_store.Journal)).Count < 2)
        {
            deadline.Token.ThrowIfCancellationRequested();
        }

        Assert.False(writing.IsCompleted);
        line.Cut(); // first, or an answer that is on its way would still arrive
        line.IsSilent = false;

        await writing;
        await store.Journal.Append(Append(1, 3, "after"));
        Assert.Equal(["1:1 changed.1 before", "1:2 changed.1 once", "1:3 changed.1 after"], await Recorder.Read(_store.Journal));
        Assert.EndsWith("lost its session in the middle of 1 writes; they are Committed", await log.Next(LogLevel.Warning, "Lane "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_leaves_does_not_wait_for_what_became_of_a_write_while_the_store_is_away()
    {
        using var line = new SilentLine(_server.Port);
        await using var store = await PostgresStore.Open(
            new PostgresOptions { ConnectionString = line.Through(_server.ConnectionString(_database)), UnknownPatience = TimeSpan.FromMinutes(2) },
            World.Real(),
            NullLoggerFactory.Instance);
        await store.Enter(_me, PostgresStore.Lanes);
        await store.Journal.Append(Append(1, 1, "before"));
        line.IsSilent = true;
        var writing = store.Journal.Append(Append(1, 2, "lost")).AsTask();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await Recorder.Read(_store.Journal)).Count < 2)
        {
            deadline.Token.ThrowIfCancellationRequested();
        }

        await _server.Stop();
        store.Leave();
        line.Cut();

        var lost = await Assert.ThrowsAsync<StoreUnavailableException>(() => writing.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System));
        Assert.True(lost.OutcomeUnknown);
        await store.Exit();
        await _server.StartAgain();
    }

    [Fact]
    public async Task Sessions_that_are_frozen_are_replaced_and_write_nothing_when_they_thaw()
    {
        await _store.Journal.Append(Append(1, 1, "before"));
        var sessions = await _server.Ask<int[]>(
            _database, $"SELECT array_agg(pid) FROM pg_stat_activity WHERE application_name = 'mm {_me}'");
        Assert.Equal(PostgresStore.Lanes, sessions.Length);
        PostgresServer.Freeze(sessions, true);

        await _store.Journal.Append(Append(1, 2, "once"));
        PostgresServer.Freeze(sessions, false);
        await _store.Journal.Append(Append(1, 3, "after"));

        Assert.Equal(["1:1 changed.1 before", "1:2 changed.1 once", "1:3 changed.1 after"], await Recorder.Read(_store.Journal));
    }

    /// <summary>The session that waits for the lock of a table, as soon as one does.</summary>
    private async Task<int> WhoWaits()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var waiting = await _server.Ask<int[]>(
                _database, "SELECT coalesce(array_agg(pid), '{}') FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND wait_event = 'relation'");
            if (waiting.Length > 0)
            {
                return waiting[0];
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline.Token);
        }
    }

    private static async Task Eventually(Func<Task> write)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                await write();
                return;
            }
            catch (StoreUnavailableException e) when (!e.OutcomeUnknown)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline.Token);
            }
        }
    }
}
