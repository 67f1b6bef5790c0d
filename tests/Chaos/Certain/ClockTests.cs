using MarketManager.Chaos.Tests.Rig;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.Chaos.Tests.Certain;

/// <summary>A cluster whose clocks can be set.</summary>
public sealed class ClusterWithClocks : CalmCluster
{
    internal override RigOptions Options => base.Options with { Clocks = [RigOptions.OfStore, 2] };
}

/// <summary>Somebody sets a clock: nobody dies of it.</summary>
public sealed class ClockTests(ClusterWithClocks cluster) : IClassFixture<ClusterWithClocks>
{
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public Task Clock_of_PostgreSQL_that_steps_by_an_hour_moves_nothing(int hours) =>
        Step(cluster.Rig.StoreClock!, hours, async () => await cluster.Rig.Ask<DateTime>("SELECT now() AT TIME ZONE 'UTC'"));

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public Task Clock_of_a_node_that_steps_by_an_hour_moves_nothing(int hours) => Step(cluster.Rig.Nodes[1].Clock!, hours, async () =>
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(cluster.Rig.Nodes[1].Url, "healthz/live"));
        return answer.Headers.Date!.Value.UtcDateTime;
    });

    private Task Step(SettableClock clock, int hours, Func<Task<DateTime>> shown) => cluster.AssertNothingMoves(async () =>
    {
        clock.Set(TimeSpan.FromHours(hours));
        await Task.Delay(Clocks.Seen + cluster.Rig.Options.Lease, TimeProvider.System);
        Assert.InRange((await shown() - clock.Now.UtcDateTime).TotalMinutes, -1, 1);
        clock.Set(TimeSpan.Zero);
        await Task.Delay(Clocks.Seen, TimeProvider.System);
    });
}
