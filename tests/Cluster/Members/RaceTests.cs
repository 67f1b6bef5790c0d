using MarketManager.Cluster.Members;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Membership;
using MarketManager.Storage.PostgreSql.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Cluster.Tests.Members;

/// <summary>A node is declared dead while it changes what it owns: on a real server, whoever comes first, again and again.</summary>
public sealed class RaceTests : IAsyncLifetime
{
    private const int Least = 20;
    private const int Most = 400;

    private PostgresCluster _cluster = null!;
    private PostgresClusterStore _judge = null!;
    private PostgresClusterStore _heir = null!;
    private Guid _heirId;
    private int _names;

    public async Task InitializeAsync()
    {
        _cluster = await PostgresCluster.Create();
        (_judge, _) = await Joined();
        (_heir, _heirId) = await Joined();

        // Each change of a shard, as it was committed.
        await _cluster.Server.Execute(
            _cluster.Database,
            """
            CREATE TABLE public.moved (at bigint GENERATED ALWAYS AS IDENTITY, no int, owner uuid, epoch bigint, new_owner uuid, new_epoch bigint);
            CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN
              INSERT INTO public.moved (no, owner, epoch, new_owner, new_epoch) VALUES (NEW.no, OLD.owner, OLD.epoch, NEW.owner, NEW.epoch);
              RETURN NULL;
            END $$;
            CREATE TRIGGER note AFTER UPDATE ON mm.shard FOR EACH ROW EXECUTE FUNCTION public.note();
            """);
    }

    public async Task DisposeAsync()
    {
        await _judge.DisposeAsync();
        await _heir.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Death_that_races_a_claim_leaves_nothing_with_the_dead()
    {
        var claimedFirst = 0;
        var diedFirst = 0;
        for (var round = 0; round < Least || (round < Most && (claimedFirst == 0 || diedFirst == 0)); round++)
        {
            var (victim, me) = await Joined();
            await using var _ = victim;
            var (claims, death, inherits) = Race(
                round, () => victim.Claim("gather", 3, default).AsTask(), () => Condemn(me), () => _heir.Claim("gather", 3, default).AsTask());

            Assert.True(await death);
            var claimed = (await claims)?.Count ?? 0;
            var inherited = await inherits;
            Assert.True(claimed is 0 or 3, $"round {round}: {claimed} shards were claimed");
            (claimedFirst, diedFirst) = claimed > 0 ? (claimedFirst + 1, diedFirst) : (claimedFirst, diedFirst + 1);

            Assert.Empty(await victim.Claim("gather", 3, default));
            foreach (var fence in inherited!)
            {
                Assert.True(await _heir.Release(fence, null, default), $"round {round}: {fence} is not the heir's");
            }

            Assert.Equal((claimed + inherited.Count) * 2, await AssertChained());
            Assert.All(await _cluster.Owners(), shard => Assert.Null(shard.Owner));
        }

        Assert.True(claimedFirst > 0 && diedFirst > 0, $"{claimedFirst} claims and {diedFirst} deaths came first");
    }

    [Fact]
    public async Task Death_that_races_a_release_frees_each_shard_once()
    {
        var releasedFirst = 0;
        var diedFirst = 0;
        for (var round = 0; round < Least || (round < Most && (releasedFirst == 0 || diedFirst == 0)); round++)
        {
            var (victim, me) = await Joined();
            await using var _ = victim;
            var held = await victim.Claim("gather", 3, default);
            Assert.Equal(3, held.Count);
            var (releases, death, inherits) = Race(
                round, async () => (object)await victim.Release(held[1], _heirId, default), () => Condemn(me), () => _heir.Claim("gather", 3, default).AsTask());

            Assert.True(await death);
            var isReleased = await releases;
            var inherited = await inherits;
            (releasedFirst, diedFirst) = isReleased is true ? (releasedFirst + 1, diedFirst) : (releasedFirst, diedFirst + 1);

            Assert.False(await victim.Release(held[0], null, default));
            foreach (var fence in inherited!)
            {
                Assert.True(await _heir.Release(fence, null, default), $"round {round}: {fence} is not the heir's");
            }

            Assert.Equal((held.Count + inherited.Count) * 2, await AssertChained());
            Assert.All(await _cluster.Owners(), shard => Assert.Null(shard.Owner));
        }

        Assert.True(releasedFirst > 0 && diedFirst > 0, $"{releasedFirst} releases and {diedFirst} deaths came first");
    }

    [Fact]
    public async Task Death_that_races_a_sign_of_life_comes_to_pass_only_where_that_sign_does_not()
    {
        var livedOn = 0;
        var died = 0;
        for (var round = 0; round < Least || (round < Most && (livedOn == 0 || died == 0)); round++)
        {
            var (victim, me) = await Joined();
            await using var _ = victim;
            var (beats, death, _) = Race(round, async () => (object)await victim.Beat(default), () => Condemn(me), () => Task.FromResult<IReadOnlyList<Fence>>([]));

            var isDead = await death;
            Assert.Equal(!isDead, await beats is true);
            Assert.Equal(!isDead, await _cluster.Server.Ask<bool>(_cluster.Database, $"SELECT alive FROM mm.node WHERE inc = '{me}'"));
            Assert.Equal(!isDead, (await victim.Claim("gather", 1, default)).Count == 1);
            (livedOn, died) = isDead ? (livedOn, died + 1) : (livedOn + 1, died);
            await victim.Leave(default);
        }

        Assert.True(livedOn > 0 && died > 0, $"{livedOn} lived on and {died} died");
    }

    // All at once; now one sets off first, now the other. What had to be given up, because its session was ended, is null.
    private static (Task<T?> Changes, Task<bool> Death, Task<IReadOnlyList<Fence>?> Inherits) Race<T>(
        int round, Func<Task<T>> change, Func<Task<bool>> death, Func<Task<IReadOnlyList<Fence>>> inherit)
        where T : class
    {
        var dies = round % 2 == 0 ? Task.Run(death) : null;
        var changes = Task.Run(() => OrNothing(change));
        dies ??= Task.Run(death);
        return (changes, dies, Task.Run(() => OrNothing(inherit)));
    }

    private static async Task<T?> OrNothing<T>(Func<Task<T>> change)
        where T : class
    {
        try
        {
            return await change();
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }

    private Task<bool> Condemn(Guid me) => _judge.Condemn(me, 0, "test", default).AsTask();

    /// <summary>Each change of a shard goes on from the one before, raises its epoch by one, and gives it to somebody or takes it from somebody.</summary>
    /// <returns>How many there were; they are forgotten.</returns>
    private async Task<long> AssertChained()
    {
        Assert.Equal("", await _cluster.Server.Ask<string>(
            _cluster.Database,
            """
            SELECT coalesce(string_agg(format('%s: %s@%s to %s@%s', no, owner, epoch, new_owner, new_epoch), ', ' ORDER BY at), '') FROM
              (SELECT *, lag(new_owner) OVER w AS last_owner, lag(new_epoch) OVER w AS last_epoch FROM public.moved WINDOW w AS (PARTITION BY no ORDER BY new_epoch)) m
            WHERE new_epoch <> epoch + 1 OR (owner IS NULL) = (new_owner IS NULL) OR last_epoch <> epoch OR (last_epoch IS NOT NULL AND last_owner IS DISTINCT FROM owner)
            """));
        var count = await _cluster.Server.Ask<long>(_cluster.Database, "SELECT count(*) FROM public.moved");
        await _cluster.Server.Execute(_cluster.Database, "TRUNCATE public.moved");
        return count;
    }

    private async Task<(PostgresClusterStore Store, Guid Me)> Joined()
    {
        var store = new PostgresClusterStore(
            new PostgresServers(_cluster.Server.ConnectionString(_cluster.Database)),
            TimeSpan.FromSeconds(5),
            TimeProvider.System,
            NullLogger<PostgresClusterStore>.Instance,
            new ClusterSeal("the secret of all nodes"));
        var me = World.Real().NewId(TimeProvider.System.GetUtcNow());
        await store.Connect(me, default);
        await store.Join(new Joining(me, $"n{++_names}", new Uri("http://127.0.0.1:1"), ["gather"], 1, 4, TimeSpan.FromSeconds(5)), default);
        return (store, me);
    }
}
