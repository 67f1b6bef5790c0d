using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Clusters;

/// <summary>What a frozen member's workers may still do once others have taken over.</summary>
public sealed class WorkerLeaseTests
{
    private static readonly TimeSpan OfANodeOnItsOwn = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Worker_of_a_frozen_member_is_gone_after_the_clusters_lease_rather_than_its_own()
    {
        await using var cluster = await RealCluster.Make(lease: TimeSpan.FromSeconds(3));
        var node = await cluster.Add("frozen");
        var worker = (await node.Get("api/status/")).GetProperty("workers")[0].GetProperty("pid").GetInt32();

        Signals.Freeze(node.Pid);
        var began = TimeProvider.System.GetTimestamp();
        await RunningNode.Until("the worker has left", () => Task.FromResult(!Signals.Lives(worker)));

        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromSeconds(1), OfANodeOnItsOwn - TimeSpan.FromSeconds(1));
    }
}
