using MarketManager.Venues.Ccxt;

namespace MarketManager.Venues.Tests.Ccxt;

/// <summary>How long workers outlive a process that has gone silent.</summary>
public sealed class CcxtOptionsTests
{
    private static readonly CcxtOptions OnItsOwn = new() { WorkerScript = "main.mjs" };

    [Theory]
    [InlineData(1, 2)] // a heartbeat may be late
    [InlineData(3, 3)]
    [InlineData(5, 5)]
    [InlineData(60, 10)]
    public void Worker_outlives_its_node_by_the_clusters_lease_and_ten_seconds_at_most(int cluster, int worker)
    {
        var member = OnItsOwn.Within(TimeSpan.FromSeconds(cluster));

        Assert.Equal(TimeSpan.FromSeconds(worker), member.Lease);
        Assert.Equal(OnItsOwn with { Lease = member.Lease }, member);
    }

    [Fact]
    public void Worker_is_told_the_lease()
    {
        var told = WorkerCommand.Of(OnItsOwn.Within(TimeSpan.FromSeconds(4))).ArgumentList;

        Assert.Equal("4000", told[told.IndexOf("--lease") + 1]);
    }
}
