using Xunit;

namespace MarketManager.Chaos.Tests.Certain;

/// <summary>PostgreSQL goes and comes back: that is nobody's death.</summary>
public sealed class StoreAwayTests(CalmCluster cluster) : IClassFixture<CalmCluster>
{
    [Theory]
    [InlineData("fast")]
    [InlineData("immediate")]
    public Task Restart_of_PostgreSQL_moves_nothing(string mode) => cluster.AssertNothingMoves(async () =>
    {
        await cluster.Rig.Server.Stop(mode);
        await cluster.Rig.Server.StartAgain();
    });

    [Fact]
    public Task PostgreSQL_that_is_away_for_half_a_minute_moves_nothing() => cluster.AssertNothingMoves(async () =>
    {
        await cluster.Rig.Server.Stop();
        await Task.Delay(TimeSpan.FromSeconds(30), TimeProvider.System);

        // Restarting the nodes would help nobody; they wait.
        for (var node = 0; node < cluster.Rig.Nodes.Count; node++)
        {
            Assert.Equal(200, (await cluster.Http.Ask(node, "GET", "healthz/live")).Status);
            Assert.Equal(503, (await cluster.Http.Ask(node, "GET", "healthz/ready")).Status);
        }

        await cluster.Rig.Server.StartAgain();
    });

    [Fact]
    public Task PostgreSQL_that_stands_still_for_longer_than_a_lease_moves_nothing_and_who_asks_meanwhile_hears_that_nothing_was_done() =>
        cluster.AssertNothingMoves(async () =>
        {
            // Sessions to read through are open then, all that a node may have: what is asked through one of them would hang for half a
            // minute, and end as unknown for who asks through another node.
            await Task.WhenAll(Enumerable.Range(0, 120).Select(i => cluster.Http.Ask(i, "GET", "api/exchanges/")));
            cluster.Rig.Server.Pause(true);
            try
            {
                await Task.Delay(cluster.Rig.Options.Lease * 1.5, TimeProvider.System);

                // Changes and runs, each through every node, of which one owns the exchange; and creations.
                var began = TimeProvider.System.GetTimestamp();
                var creating = Enumerable.Range(0, cluster.Rig.Nodes.Count).Select(node => cluster.Http.Ask(
                    node, "POST", "api/exchanges/", new { name = $"meanwhile {node}", venue = "sim", enabled = false, interval = 600 })).ToList();
                var status = await cluster.Http.Ask(0, "GET", "api/status/");
                var answers = await Task.WhenAll(
                    from node in Enumerable.Range(0, cluster.Rig.Nodes.Count)
                    from exchange in cluster.Ids.Skip(10).Take(4)
                    select exchange % 2 == 0
                        ? cluster.Http.Ask(node, "PATCH", CalmCluster.Path(exchange), new { url = "https://meanwhile.example/" })
                        : cluster.Http.Ask(node, "POST", $"{CalmCluster.Path(exchange)}run/", key: $"meanwhile {node} {exchange}"));
                Assert.True(status.Status == 200 && status.Json.GetProperty("status").GetString() == "degraded", status.ToString());
                Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(25));
                Assert.All([.. answers, .. await Task.WhenAll(creating)], answer => Assert.True(answer is { Status: 503, Problem: "/problems/unavailable" }, answer.ToString()));
            }
            finally
            {
                cluster.Rig.Server.Pause(false);
            }
        });

    [Fact]
    public Task PostgreSQL_that_refuses_all_that_is_new_moves_nothing_nor_do_its_sessions_that_end_meanwhile() => cluster.AssertNothingMoves(async () =>
    {
        var links = cluster.Rig.Nodes.Select(node => node.ToStore).ToList();
        links.ForEach(link => link.Close());
        await Task.Delay(cluster.Rig.Options.Lease / 2, TimeProvider.System);
        links.ForEach(link => link.Cut());
        await Task.Delay(cluster.Rig.Options.Lease * 1.5, TimeProvider.System);
        links.ForEach(link => link.Open());
    });

    [Fact]
    public Task Sessions_that_all_end_ten_times_move_nothing() => cluster.AssertNothingMoves(async () =>
    {
        for (var i = 0; i < 10; i++)
        {
            var before = await cluster.Rig.Ask<string>("SELECT clock_timestamp()::text");
            await cluster.Rig.Server.EndSessions(cluster.Rig.Database);
            await Wait.Until("all nodes are present in new sessions", () => cluster.Rig.Ask<bool>(
                $"""
                SELECT count(*) = {cluster.Rig.Nodes.Count} FROM mm.node n
                JOIN pg_locks l ON l.locktype = 'advisory' AND l.granted AND n.key = ((l.classid::bigint << 32) | l.objid::bigint)
                JOIN pg_stat_activity a USING (pid)
                WHERE n.alive AND a.backend_start > '{before}'
                """));
        }
    });

    [Fact]
    public Task Standby_that_is_not_there_holds_writes_up_and_is_nobodys_death() => cluster.AssertNothingMoves(async () =>
    {
        await cluster.Rig.WaitForStandby("absent");
        var change = cluster.Change(cluster.Ids[5], 0, TimeProvider.System.GetTimestamp());
        await Task.Delay(cluster.Rig.Options.Lease * 2, TimeProvider.System);
        Assert.False(change.IsCompleted, "a change was acknowledged that no standby has");
        await cluster.Rig.WaitForStandby(null);
        await change;
    });
}
