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
        await cluster.Rig.Server.StartAgain();
    });

    [Fact]
    public Task PostgreSQL_that_stands_still_for_longer_than_a_lease_moves_nothing() => cluster.AssertNothingMoves(async () =>
    {
        cluster.Rig.Server.Pause(true);
        await Task.Delay(cluster.Rig.Options.Lease * 1.5, TimeProvider.System);
        cluster.Rig.Server.Pause(false);
    });

    [Fact]
    public Task Sessions_that_all_end_ten_times_move_nothing() => cluster.AssertNothingMoves(async () =>
    {
        for (var i = 0; i < 10; i++)
        {
            await cluster.Rig.Server.EndSessions(cluster.Rig.Database);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }
    });

    [Fact]
    public Task Standby_that_is_not_there_holds_writes_up_and_is_nobodys_death() => cluster.AssertNothingMoves(async () =>
    {
        await Standby("'absent'");
        var change = cluster.Change(cluster.Ids[5], 0, TimeProvider.System.GetTimestamp());
        await Task.Delay(cluster.Rig.Options.Lease * 2, TimeProvider.System);
        Assert.False(change.IsCompleted, "a change was acknowledged that no standby has");
        await Standby("DEFAULT");
        await change;
    });

    private async Task Standby(string names)
    {
        await cluster.Rig.Server.Execute("postgres", $"ALTER SYSTEM SET synchronous_standby_names = {names}");
        await cluster.Rig.Server.Execute("postgres", "SELECT pg_reload_conf()");
    }
}
