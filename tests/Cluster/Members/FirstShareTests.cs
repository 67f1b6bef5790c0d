namespace MarketManager.Cluster.Tests.Members;

/// <summary>A node has recovered when what fell to it as it joined is open; nothing later undoes that.</summary>
public class FirstShareTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly SimulatedCluster _cluster = new(seed: 11);
    private readonly TaskCompletionSource _journal = new();

    [Fact]
    public void First_node_has_not_recovered_before_its_shards_are_open()
    {
        var node = _cluster.Start("a");
        node.Held = _journal.Task;
        _cluster.Until(() => _cluster.Tables["gather"].All(shard => shard.Owner is not null), Second, "claimed");
        _cluster.Advance(10 * Second);
        Assert.True(node.Node.Joined.IsCompletedSuccessfully);
        Assert.Equal((false, false), (node.Node.HasRecovered, node.Node.Recovered.IsCompleted));

        _journal.SetResult();
        _cluster.Until(() => node.Node.HasRecovered, Second, "recovered");
        Assert.Equal((120, true), (node.Open.Count, node.Node.Recovered.IsCompletedSuccessfully));
    }

    [Fact]
    public void Shards_that_could_not_be_opened_are_waited_for_until_they_are()
    {
        var node = _cluster.Start("a");
        node.FailingOpens = 2;
        _cluster.Until(() => node.Opens == 2, 5 * Second, "opened a second time");
        Assert.False(node.Node.HasRecovered);
        _cluster.Until(() => node.Node.HasRecovered, 5 * Second, "recovered");
        Assert.Equal((3, 120), (node.Opens, node.Open.Count));
    }

    [Fact]
    public void Node_that_waits_for_others_to_hand_over_has_recovered()
    {
        var first = _cluster.Start("a");
        _cluster.UntilBalanced(Second);
        first.LongestCall = 100 * Second; // its runs take their time to end
        var second = _cluster.Start("b");
        _cluster.Until(() => second.Node.HasRecovered, Second, "recovered");
        Assert.Empty(second.Open);
    }

    [Fact]
    public void Node_without_shards_of_any_role_has_recovered()
    {
        var front = _cluster.Start("front", roles: ["api"]);
        _cluster.Until(() => front.Node.HasRecovered, Second, "recovered");
        Assert.Equal(0, front.Opens);
    }

    [Fact]
    public void Node_that_takes_over_from_one_that_died_stays_recovered()
    {
        var nodes = new[] { _cluster.Start("a"), _cluster.Start("b") };
        _cluster.UntilBalanced(5 * Second);
        nodes[1].Held = _journal.Task;
        nodes[0].Kill();
        _cluster.Until(() => nodes[1].Opens > 1 && _cluster.Tables["gather"].All(shard => shard.Owner == nodes[1].Me), 5 * Second, "taken over");
        _cluster.Advance(5 * Second);
        Assert.Equal((60, true), (nodes[1].Open.Count, nodes[1].Node.HasRecovered));
        _journal.SetResult();
        _cluster.UntilBalanced(Second);
    }

    [Fact]
    public void Node_that_was_declared_dead_recovers_anew()
    {
        var nodes = new[] { _cluster.Start("a"), _cluster.Start("b") };
        _cluster.UntilBalanced(5 * Second);
        var first = nodes[0].Me;
        nodes[0].Store.Freeze();
        _cluster.Until(() => _cluster.Tables["gather"].All(shard => shard.Owner is { } owner && owner != first), 10 * Second, "taken over");
        nodes[0].Store.Thaw();
        _cluster.Until(() => !nodes[0].Node.HasRecovered, 5 * Second, "joining again");
        _cluster.Until(() => nodes[0].Node.HasRecovered && nodes[0].Me != first, 5 * Second, "recovered");
        _cluster.UntilBalanced(5 * Second);
    }
}
