using MarketManager.Cluster.Members;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Membership;
using MarketManager.Storage.PostgreSql.Sessions;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace MarketManager.Cluster.Tests.Members;

/// <summary>The protocol on a real server: what only locks, sessions and restarts of PostgreSQL can show.</summary>
public class PostgresMembershipTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Shards_spread_over_the_nodes_and_leaving_hands_them_over()
    {
        await using var cluster = await PostgresCluster.Create();
        var nodes = await cluster.Start("a", "b", "c");
        Assert.All(nodes, node => Assert.Equal(40, node.Open.Count));
        await nodes[0].Node.Leave();
        await cluster.UntilBalanced();
        Assert.All(nodes[1..], node => Assert.Equal(60, node.Open.Count));
        Assert.Equal("", await cluster.Deaths());
        Assert.Equal(0, nodes.Sum(node => node.Drops));
    }

    [Fact]
    public async Task Shards_of_a_killed_node_are_taken_over_long_before_the_lease_ends()
    {
        await using var cluster = await PostgresCluster.Create(lease: 60 * Second);
        var nodes = await cluster.Start("a", "b", "c");
        await nodes[0].Kill();
        await cluster.UntilBalanced();
        Assert.Equal("Gone", await cluster.Server.Ask<string>(cluster.Database, "SELECT reason FROM mm.node WHERE NOT alive"));
    }

    [Fact]
    public async Task Frozen_node_is_replaced_after_the_lease_although_it_froze_while_it_wrote()
    {
        await using var cluster = await PostgresCluster.Create(lease: Second);
        await cluster.Start("a", "b");
        var frozen = NewId();
        await using var writer = await Member(cluster, frozen, "frozen");
        await using var transaction = await writer.BeginTransactionAsync();
        await Do(writer, $"SELECT mm.fence('{frozen}', 0, '{{gather}}', '{{7}}', ARRAY[(SELECT epoch FROM mm.shard WHERE role = 'gather' AND no = 7)])");
        await cluster.Until(
            async () => await cluster.Server.Ask<bool>(cluster.Database, $"SELECT NOT alive FROM mm.node WHERE inc = '{frozen}'"), "condemned");
        await cluster.UntilBalanced();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => transaction.CommitAsync());
        Assert.Equal("Silent", await cluster.Server.Ask<string>(cluster.Database, $"SELECT reason FROM mm.node WHERE inc = '{frozen}'"));
    }

    [Fact]
    public async Task Sessions_that_are_all_ended_ten_times_move_nothing()
    {
        await using var cluster = await PostgresCluster.Create();
        var nodes = await cluster.Start("a", "b", "c");
        var before = await cluster.Owners();
        for (var times = 0; times < 10; times++)
        {
            await cluster.Server.EndSessions(cluster.Database);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        await cluster.UntilBalanced();
        Assert.Equal(before, await cluster.Owners());
        Assert.Equal(0, nodes.Sum(node => node.Drops));
    }

    [Theory]
    [InlineData("fast")]
    [InlineData("immediate")]
    public async Task Restart_of_PostgreSQL_moves_nothing(string mode)
    {
        await using var cluster = await PostgresCluster.Create(ownServer: true);
        var nodes = await cluster.Start("a", "b", "c");
        var before = await cluster.Owners();
        await cluster.Server.Stop(mode);
        await cluster.Until(() => Task.FromResult(nodes.All(node => !node.Node.Lease.Holds)), "suspended");
        await cluster.Server.StartAgain();
        await cluster.UntilBalanced();
        Assert.Equal(before, await cluster.Owners());
        Assert.Equal("", await cluster.Deaths());
        Assert.Equal(0, nodes.Sum(node => node.Drops));
    }

    [Fact]
    public async Task PostgreSQL_that_is_paused_for_longer_than_the_lease_moves_nothing()
    {
        await using var cluster = await PostgresCluster.Create(lease: 2 * Second, ownServer: true);
        var nodes = await cluster.Start("a", "b", "c");
        var before = await cluster.Owners();
        cluster.Server.Pause(true);
        try
        {
            await cluster.Until(() => Task.FromResult(nodes.All(node => !node.Node.Lease.Holds)), "suspended");
            await Task.Delay(4 * Second, TimeProvider.System);
        }
        finally
        {
            cluster.Server.Pause(false);
        }

        await cluster.UntilBalanced();
        Assert.Equal(before, await cluster.Owners());
        Assert.Equal("", await cluster.Deaths());
    }

    [Fact]
    public async Task Standby_that_is_missing_holds_up_neither_leases_nor_ownership()
    {
        await using var cluster = await PostgresCluster.Create(lease: 2 * Second, ownServer: true);
        await cluster.Start("a", "b");
        await cluster.Server.Execute("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        await cluster.Server.Execute("postgres", "SET synchronous_commit = local; SELECT pg_reload_conf()");
        await cluster.Server.Ask<long>(cluster.Database, "SELECT count(*) FROM pg_sleep(0.2)");
        cluster.Add("c");
        await cluster.UntilBalanced();
        await Task.Delay(3 * Second, TimeProvider.System);
        await cluster.UntilBalanced();
        Assert.Equal("", await cluster.Deaths());
    }

    [Fact]
    public async Task Promotion_raises_all_epochs_once_and_an_old_primary_is_refused()
    {
        await using var cluster = await PostgresCluster.Create();
        var nodes = await cluster.Start("a", "b", "c");
        var before = await cluster.Owners();
        await cluster.Server.Execute(cluster.Database, "UPDATE mm.cluster SET timeline = timeline - 1");
        await cluster.Server.EndSessions(cluster.Database);
        await cluster.Until(async () => (await cluster.Owners()).All(owner => owner.Epoch > 1L << 40), "raised");
        await cluster.UntilBalanced();
        Assert.Equal(before.Select(owner => (owner.Owner, owner.Epoch + (1L << 40))), await cluster.Owners());
        Assert.All(nodes, node => Assert.Equal(40, node.Drops));
        await cluster.Server.Execute(cluster.Database, "UPDATE mm.cluster SET timeline = timeline + 1");
        await using var late = Store(cluster);
        var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(
            async () => await late.Connect(NewId(), CancellationToken.None));
        Assert.Contains("timeline", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Same_name_twice_is_refused_and_moves_nothing()
    {
        await using var cluster = await PostgresCluster.Create(lease: 3 * Second);
        var nodes = await cluster.Start("a", "b");
        var before = await cluster.Owners();
        var duplicate = cluster.Add("a");
        var refusal = await Assert.ThrowsAsync<NodeNameTakenException>(() => duplicate.Running);
        Assert.Equal("a", refusal.Name);
        Assert.Equal(before, await cluster.Owners());
        Assert.True(nodes[0].Node.Lease.Holds);
    }

    [Fact]
    public async Task Sign_of_life_that_comes_first_saves_a_node_and_one_that_comes_late_is_refused()
    {
        await using var cluster = await PostgresCluster.Create();
        await using var judge = await Joined(cluster, "judge");
        var me = NewId();
        await using var member = Store(cluster);
        await member.Connect(me, default);
        await member.Join(Joining(me, "member"), default);
        var seen = (await judge.Look(default)).Beats[me];
        Assert.True(await member.Beat(default));
        Assert.False(await judge.Condemn(me, seen, "test", default));
        Assert.True(await judge.Condemn(me, seen + 1, "test", default));
        Assert.False(await member.Beat(default));
        Assert.Empty(await member.Claim("gather", 10, default));
        Assert.DoesNotContain((await judge.Look(default)).View.Members, other => other.Incarnation == me);
    }

    [Fact]
    public async Task Lease_of_a_member_is_known_to_the_others()
    {
        await using var cluster = await PostgresCluster.Create();
        await using var judge = await Joined(cluster, "judge");
        await using var member = Store(cluster);
        var me = NewId();
        await member.Connect(me, default);
        await member.Join(Joining(me, "member") with { Lease = TimeSpan.FromSeconds(42) }, default);
        Assert.Equal(TimeSpan.FromSeconds(42), (await judge.Look(default)).View.Find(me)!.Lease);
    }

    [Fact]
    public async Task Sign_of_life_does_not_wait_for_a_claim_under_way()
    {
        await using var cluster = await PostgresCluster.Create();
        var me = NewId();
        await using var member = Store(cluster);
        await member.Connect(me, default);
        await member.Join(Joining(me, "member"), default);
        await using var claim = new NpgsqlConnection(cluster.Server.ConnectionString(cluster.Database) + ";Pooling=false");
        await claim.OpenAsync();
        await using var transaction = await claim.BeginTransactionAsync();
        await Do(claim, Statements.LockMe.Replace("@me", $"'{me}'", StringComparison.Ordinal));
        Assert.True(await Task.Run(() => member.Beat(default).AsTask()));
        await transaction.CommitAsync();
    }

    [Fact]
    public async Task Release_and_claims_at_once_never_give_a_shard_to_two()
    {
        await using var cluster = await PostgresCluster.Create();
        await using var one = await Joined(cluster, "one");
        await using var two = await Joined(cluster, "two");
        var claims = await Task.WhenAll(one.Claim("gather", 120, default).AsTask(), two.Claim("gather", 120, default).AsTask());
        Assert.Equal(120, claims.SelectMany(claim => claim).Select(fence => fence.Shard).Distinct().Count());
        Assert.Equal(120, claims.Sum(claim => claim.Count));
        var (giver, taker, given) = claims[0].Count > 0 ? (one, two, claims[0]) : (two, one, claims[1]);
        var taken = new List<Fence>();
        var releasing = Task.Run(async () =>
        {
            foreach (var fence in given)
            {
                Assert.True(await giver.Release(fence, null, default));
            }
        });
        while (taken.Count < given.Count)
        {
            taken.AddRange(await taker.Claim("gather", 3, default));
        }

        await releasing;
        Assert.Equal(given.Select(fence => fence with { Epoch = 3 }), taken.OrderBy(fence => fence.Shard));
        Assert.False(await giver.Release(given[0], null, default));
    }

    [Fact]
    public async Task Shard_that_was_handed_over_goes_to_whom_it_was_meant_for()
    {
        await using var cluster = await PostgresCluster.Create();
        await using var giver = await Joined(cluster, "giver");
        var me = NewId();
        await using var heir = Store(cluster);
        await heir.Connect(me, default);
        await heir.Join(Joining(me, "heir"), default);
        await using var other = await Joined(cluster, "other");
        var claimed = await giver.Claim("gather", 120, default);
        Assert.True(await giver.Release(claimed[3], me, default));
        Assert.Empty(await other.Claim("gather", 5, default));
        Assert.Equal([claimed[3] with { Epoch = 3 }], await heir.Claim("gather", 5, default));
    }

    [Fact]
    public async Task Release_waits_for_writes_under_way()
    {
        await using var cluster = await PostgresCluster.Create();
        var me = NewId();
        await using var store = Store(cluster);
        await store.Connect(me, default);
        await store.Join(Joining(me, "a"), default);
        var claimed = await store.Claim("gather", 1, default);
        await using var writer = new NpgsqlConnection(cluster.Server.ConnectionString(cluster.Database) + ";Pooling=false");
        await writer.OpenAsync();
        await using var transaction = await writer.BeginTransactionAsync();
        await Do(writer, $"SELECT mm.fence('{me}', 2, '{{gather}}', '{{{claimed[0].Shard}}}', '{{{claimed[0].Epoch}}}')");
        var release = store.Release(claimed[0], null, default).AsTask();
        await cluster.Until(() => cluster.Server.Ask<bool>(cluster.Database, "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)"), "waiting");
        Assert.False(release.IsCompleted);
        await transaction.CommitAsync();
        Assert.True(await release);
    }

    [Fact]
    public async Task Presence_is_seen_by_its_lock_and_a_new_session_ends_the_earlier_one()
    {
        await using var cluster = await PostgresCluster.Create();
        await using var judge = await Joined(cluster, "judge");
        var me = NewId();
        await using var first = Store(cluster);
        await first.Connect(me, default);
        await first.Join(Joining(me, "a"), default);
        Assert.Contains(me, (await judge.Look(default)).Present);
        await using var second = Store(cluster);
        await second.Connect(me, default);
        Assert.Contains(me, (await judge.Look(default)).Present);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await first.Look(default));
        await second.DisposeAsync();
        await cluster.Until(async () => !(await judge.Look(default)).Present.Contains(me), "absent");
    }

    [Fact]
    public async Task Level_rises_with_the_last_old_node_and_older_programs_are_refused_from_then_on()
    {
        await using var cluster = await PostgresCluster.Create();
        await using var old = await Joined(cluster, "old", level: 1);
        await using var young = await Joined(cluster, "young", level: 3);
        Assert.Equal(1, (await young.Look(default)).View.Level);
        await old.Leave(default);
        Assert.Equal(3, (await young.Look(default)).View.Level);
        await Assert.ThrowsAsync<NodeTooOldException>(() => Joined(cluster, "late", level: 2));
    }

    [Fact]
    public async Task Node_with_another_secret_is_no_member_as_long_as_one_with_the_old_lives()
    {
        await using var cluster = await PostgresCluster.Create();
        await using var first = await Joined(cluster, "a");
        await using var second = await Joined(cluster, "b");
        var refused = await Assert.ThrowsAsync<OtherSecretException>(() => Joined(cluster, "c", secret: "that of another cluster"));
        Assert.Equal(
            "the cluster in this database has another --cluster-secret, by which a, b live: give this node the same, or, to change it, "
            + "stop all nodes and start them with the new one",
            refused.Message);
        Assert.Equal(["a", "b"], (await first.Look(default)).View.Members.Select(member => member.Name).Order());

        await second.Leave(default);
        await second.DisposeAsync();
        await first.DisposeAsync(); // dies without a word: its row lives on, but it has no session
        await using var third = await Joined(cluster, "c", secret: "that of another cluster");
        await Assert.ThrowsAsync<OtherSecretException>(() => Joined(cluster, "d"));
    }

    [Fact]
    public async Task Node_with_another_secret_is_refused_also_when_all_sessions_have_just_ended()
    {
        await using var cluster = await PostgresCluster.Create();
        await cluster.Start("a", "b");
        await cluster.Server.Execute(
            cluster.Database,
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        await Assert.ThrowsAsync<OtherSecretException>(() => Joined(cluster, "c", secret: "that of another cluster"));
        await cluster.UntilBalanced();
    }

    [Fact]
    public async Task Node_that_is_refused_for_its_secret_ends_and_owns_nothing()
    {
        await using var cluster = await PostgresCluster.Create();
        await cluster.Start("a");
        var stranger = cluster.Add("b", secret: "that of another cluster");
        await Assert.ThrowsAsync<OtherSecretException>(() => stranger.Running);
        Assert.Empty(stranger.Open);
        Assert.Equal(120, cluster.Nodes[0].Open.Count);
    }

    private static Guid NewId() => World.Real().NewId(TimeProvider.System.GetUtcNow());

    private static PostgresClusterStore Store(PostgresCluster cluster, string secret = "the secret of all nodes") => new(
        new PostgresServers(cluster.Server.ConnectionString(cluster.Database)),
        5 * Second,
        TimeProvider.System,
        NullLogger<PostgresClusterStore>.Instance,
        new ClusterSeal(secret));

    private static Joining Joining(Guid me, string name, int level = 1) => new(me, name, new Uri("http://127.0.0.1:1"), ["gather"], level, 4, TimeSpan.FromSeconds(5));

    private static async Task<PostgresClusterStore> Joined(
        PostgresCluster cluster, string name, int level = 1, string secret = "the secret of all nodes")
    {
        var store = Store(cluster, secret);
        var me = NewId();
        await store.Connect(me, default);
        try
        {
            await store.Join(Joining(me, name, level), default);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>A member that gives no sign of life but whose session holds its lock; on the connection that is returned.</summary>
    private static async Task<NpgsqlConnection> Member(PostgresCluster cluster, Guid me, string name)
    {
        var connection = new NpgsqlConnection(cluster.Server.ConnectionString(cluster.Database) + $";Pooling=false;Application Name=mm {me}");
        await connection.OpenAsync();
        await Do(connection, $"SELECT pg_advisory_lock({ClusterSessions.KeyOf(me)})");
        await Do(
            connection,
            $"""
            INSERT INTO mm.node (inc, name, address, roles, level, key) VALUES ('{me}', '{name}', 'http://127.0.0.1:1', '{"{gather}"}', 1, {ClusterSessions.KeyOf(me)});
            INSERT INTO mm.lane (inc, no) VALUES ('{me}', 0);
            UPDATE mm.shard SET owner = '{me}', epoch = epoch + 1 WHERE role = 'gather' AND no = 7
            """);
        return connection;
    }

    private static async Task Do(NpgsqlConnection connection, string text)
    {
        await using var command = new NpgsqlCommand(text, connection);
        await command.ExecuteNonQueryAsync();
    }
}
