using System.Globalization;
using MarketManager.Chaos.Tests.Rig;
using Xunit;
using Xunit.Abstractions;

namespace MarketManager.Chaos.Tests.Certain;

/// <summary>A node is gone, or stands still: the others go on with what it had, and say so soon.</summary>
[Collection(OneCalmCluster.Name)]
public sealed class TakeOverTests(CalmCluster cluster, ITestOutputHelper output)
{
    // Far above what is to be reached, and printed: other tests may want the same processors.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Exchanges_of_a_killed_node_are_changed_through_others()
    {
        var victim = cluster.Rig.Nodes[2];
        await TakesOver("kill -9", victim, victim.Kill);
        await victim.Start();
        await cluster.AssertGoesOn();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Exchanges_of_a_frozen_node_are_changed_through_others(bool withWorkers)
    {
        var victim = cluster.Rig.Nodes[1];
        IReadOnlyList<int> frozen = [];
        await TakesOver("SIGSTOP", victim, () =>
        {
            frozen = victim.Freeze(withWorkers);
            return Task.CompletedTask;
        });
        ChaosNode.Thaw(frozen);
        await cluster.AssertGoesOn();
    }

    [Fact]
    public async Task Second_node_of_a_name_is_refused_and_told_why()
    {
        await cluster.AssertNothingMoves(async () =>
        {
            await using var impostor = await cluster.Rig.Nodes[0].Impostor();
            Assert.Equal(4, await impostor.Ended(TimeSpan.FromSeconds(30)));
            Assert.Contains("a node named 'chaos1' lives at http://127.0.0.1:", impostor.Said, StringComparison.Ordinal);
        });
    }

    private async Task TakesOver(string how, ChaosNode victim, Func<Task> strike)
    {
        await cluster.Rig.Settle(TimeSpan.FromSeconds(60));
        var carried = await cluster.CarriedBy(victim);
        Assert.NotEmpty(carried);
        var began = TimeProvider.System.GetTimestamp();
        await strike();
        var took = (await Task.WhenAll(carried.Select(id => cluster.Change(id, 0, began)))).Order().ToList();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{how}, lease {cluster.Rig.Options.Lease.TotalSeconds:0} s: {carried.Count} exchanges, first change p50 {took[took.Count / 2].TotalSeconds:0.00} s, all {took[^1].TotalSeconds:0.00} s"));
        Assert.True(took[^1] < Bound + cluster.Rig.Options.Lease, $"the last took {took[^1]}");
    }
}
