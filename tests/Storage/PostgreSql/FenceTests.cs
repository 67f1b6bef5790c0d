using System.Globalization;
using MarketManager.Actors.Markets;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql;
using MarketManager.Storage.Tests.Contract;
using MarketManager.TestKit.Postgres;
using Xunit;
using static MarketManager.Storage.Tests.Contract.Samples;

namespace MarketManager.Storage.Tests.PostgreSql;

/// <summary>Only who owns a shard writes for it, whatever is in flight while it changes hands.</summary>
public sealed class FenceTests : IAsyncLifetime
{
    private static readonly int Shard1 = Shard.Of(1);
    private static readonly long Elsewhere = Enumerable.Range(2, 200).First(id => Shard.Of(id) != Shard1);

    private PostgresServer _server = null!;
    private string _database = null!;
    private PostgresStore _first = null!;
    private PostgresStore _second = null!;
    private Guid _one;
    private Guid _two;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.Shared();
        _database = await _server.NewDatabase(await PostgresUnderTest.Template.Value);
        (_first, _second) = (await Stores.Open(_server, _database), await Stores.Open(_server, _database));
        (_one, _two) = (await Stores.Join(_server, _database), await Stores.Join(_server, _database));
        await _first.Enter(_one, PostgresStore.Lanes);
        await _second.Enter(_two, PostgresStore.Lanes);
    }

    public async Task DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        await _server.Drop(_database);
    }

    [Fact]
    public async Task Owner_writes_and_nobody_else()
    {
        var fence = await Stores.Give(_server, _database, Shard1, _one);
        await _first.Journal.Append(Append(1, 1, "mine") with { Fence = fence });

        var refused = await Assert.ThrowsAsync<FencedException>(
            async () => await _second.Journal.Append(Append(1, 2, "stolen") with { Fence = fence }));

        Assert.Equal(fence, refused.Fence);
        Assert.Equal(["1:1 changed.1 mine"], await Recorder.Read(_first.Journal));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Late_write_of_an_old_epoch_is_refused_on_every_lane(bool isGuarded, bool isResult)
    {
        var old = await Stores.Give(_server, _database, Shard1, _one);
        await Stores.Give(_server, _database, Shard1, _two);
        var regained = await Stores.Give(_server, _database, Shard1, _one);
        object[] rows = isResult ? [new MarketsReplaced(1, 1, Noon, [])] : [];

        await Assert.ThrowsAsync<FencedException>(
            async () => await _first.Journal.Append(Append(1, 1, "late") with { Fence = old, Guarded = isGuarded, Rows = rows }));

        Assert.Empty(await Recorder.Read(_first.Journal));
        await _first.Journal.Append(Append(1, 1, "now") with { Fence = regained });
    }

    [Fact]
    public async Task Lost_shard_harms_no_other_of_its_batch()
    {
        var lost = await Stores.Give(_server, _database, Shard1, _one);
        var kept = await Stores.Give(_server, _database, Shard.Of(Elsewhere), _one);
        await Stores.Give(_server, _database, Shard1, _two);

        var writes = Enumerable.Range(1, 100).Select(i => i % 2 == 0
            ? _first.Journal.Append(Append(1, i, "late") with { Fence = lost }).AsTask()
            : _first.Journal.Append(Append(Elsewhere, (i / 2) + 1, "fine") with { Fence = kept }).AsTask()).ToList();
        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));

        Assert.Equal(50, writes.Count(write => write.IsCompletedSuccessfully));
        Assert.Equal(50, writes.Count(write => write.Exception?.InnerException is FencedException { Fence: { } fence } && fence == lost));
    }

    [Fact]
    public async Task Dead_incarnation_writes_nothing_and_says_so()
    {
        var told = new TaskCompletionSource<Guid>();
        _first.Condemned += incarnation => told.TrySetResult(incarnation);
        await Stores.Condemn(_server, _database, _one);

        var refused = await Assert.ThrowsAsync<FencedException>(async () => await _first.Journal.Append(Append(1, 1, "late")));

        Assert.Null(refused.Fence);
        Assert.Equal(_one, await told.Task.WaitAsync(TimeSpan.FromSeconds(10)));
        await _first.Exit();
        await _first.Enter(await Stores.Join(_server, _database), PostgresStore.Lanes);
        await _first.Journal.Append(Append(1, 1, "born again"));
    }

    [Fact]
    public async Task Nobody_writes_who_is_no_member()
    {
        await _first.Exit();

        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _first.Journal.Append(Append(1, 1, "?")));

        Assert.False(refused.OutcomeUnknown);
    }

    [Fact]
    public async Task Shard_changes_hands_only_after_a_write_in_flight_and_its_new_owner_sees_it()
    {
        for (var round = 0; round < 20; round++)
        {
            var fence = await Stores.Give(_server, _database, Shard1, _one);
            var next = (await Recorder.Read(_first.Journal)).Count + 1;
            var acknowledged = next - 1;
            var writing = Task.Run(async () =>
            {
                while (true)
                {
                    await _first.Journal.Append(
                        Append(1, acknowledged + 1, acknowledged.ToString(CultureInfo.InvariantCulture)) with { Fence = fence });
                    acknowledged++;
                }
            });
            await Task.Delay(World.Real().NextDuration(TimeSpan.FromMilliseconds(20)), TimeProvider.System);

            await Stores.Give(_server, _database, Shard1, _two);
            var recovered = (await Recorder.Read(_second.Journal)).Count;
            await Assert.ThrowsAsync<FencedException>(() => writing);

            Assert.Equal(acknowledged, recovered);
            Assert.Equal(recovered, (await Recorder.Read(_second.Journal)).Count);
        }
    }

    [Fact]
    public async Task Batch_holds_its_lane_to_its_end()
    {
        // The events wait for a lock that is held here, behind the fence: the shard must not change hands meanwhile.
        var fence = await Stores.Give(_server, _database, Shard1, _one);
        await using var holder = new Npgsql.NpgsqlConnection(_server.ConnectionString(_database));
        await holder.OpenAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using (var block = new Npgsql.NpgsqlCommand("LOCK TABLE mm.event IN SHARE MODE", holder))
        {
            await block.ExecuteNonQueryAsync();
        }

        var append = _first.Journal.Append(Append(1, 1, "in flight") with { Fence = fence }).AsTask();
        await Waiting("%INSERT INTO mm.event%");
        var give = Stores.Give(_server, _database, Shard1, _two);
        await Waiting("%FROM mm.lane%");
        Assert.False(append.IsCompleted);
        Assert.False(give.IsCompleted);
        await transaction.RollbackAsync();

        await append;
        await give;
        Assert.Equal(["1:1 changed.1 in flight"], await Recorder.Read(_second.Journal));
    }

    private async Task Waiting(string query)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await _server.Ask<long>(
            _database, $"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '{query}'") == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, deadline.Token);
        }
    }
}
