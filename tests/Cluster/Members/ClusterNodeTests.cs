using MarketManager.Cluster.Members;

namespace MarketManager.Cluster.Tests.Members;

public class ClusterNodeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly SimulatedCluster _cluster = new(seed: 7);

    [Fact]
    public void First_node_takes_everything()
    {
        var node = _cluster.Start("a");
        _cluster.UntilBalanced(Second);
        Assert.Equal(120, node.Open.Count);
        Assert.Equal(node.Me, node.Node.Views.Current.Me);
        Assert.Equal("a", node.Node.Views.Current.OwnerOf("gather", 5)!.Name);
    }

    [Fact]
    public void Shards_spread_evenly_and_each_moves_once_at_most()
    {
        Start("a", "b", "c");
        var before = Owners();
        _cluster.Start("d");
        var took = _cluster.UntilBalanced(5 * Second);
        Assert.All(_cluster.Nodes, node => Assert.Equal(30, node.Open.Count));
        Assert.Equal(30, Owners().Zip(before).Count(pair => pair.First != pair.Second));
        Assert.InRange(took, TimeSpan.Zero, 3 * Second);
        Assert.Empty(_cluster.Tables.Deaths);
    }

    [Fact]
    public void Node_that_cannot_write_is_no_member_and_nothing_is_kept_for_it()
    {
        var nodes = Start("a", "b");
        var late = new SimulatedNode(_cluster, "c") { CannotWrite = true };
        _cluster.Nodes.Add(late);
        late.Start();
        _cluster.Advance(10 * Second);
        Assert.Equal(["a", "b"], nodes[0].Node.Views.Current.Members.Select(member => member.Name));
        Assert.All(nodes[..2], node => Assert.Equal(60, node.Open.Count));

        late.CannotWrite = false;
        _cluster.UntilBalanced(5 * Second);
        Assert.Equal(40, late.Open.Count);
    }

    [Fact]
    public void Shards_are_handed_back_two_at_a_time_and_handed_over_four_at_a_time()
    {
        var nodes = Start("a", "b", "c");
        nodes.ForEach(node => node.LongestCall = 0.05 * Second);
        _cluster.Start("d");
        _cluster.UntilBalanced(20 * Second);
        Assert.All(nodes.Take(3), node => Assert.Equal(2, node.MostCloses));

        _ = nodes[0].Node.Leave();
        _cluster.Until(() => !nodes[0].IsRunning || nodes[0].Open.Count == 0, 10 * Second, "left");
        Assert.Equal(4, nodes[0].MostCloses);
    }

    [Fact]
    public void Node_that_leaves_hands_over_what_it_has_and_nothing_else_moves()
    {
        var nodes = Start("a", "b", "c");
        var before = Owners();
        var gone = nodes[0].Me;
        var left = nodes[0].Node.Leave();
        _cluster.Until(() => left.IsCompleted, 3 * Second, "left");
        _cluster.UntilBalanced(Second);
        Assert.All(nodes[1..], node => Assert.Equal(60, node.Open.Count));
        Assert.All(Owners().Zip(before), pair => Assert.True(pair.First == pair.Second || pair.Second == gone));
        Assert.Empty(_cluster.Tables.Deaths);
        Assert.Empty(nodes[0].Open);
    }

    [Fact]
    public void Killed_node_is_replaced_once_its_port_refuses()
    {
        var nodes = Start("a", "b", "c");
        nodes[0].Kill();
        var took = _cluster.UntilBalanced(5 * Second);
        Assert.InRange(took, TimeSpan.Zero, 1.2 * Second);
        Assert.Equal("Gone", Assert.Single(_cluster.Tables.Deaths).Reason);
        Assert.All(nodes[1..], node => Assert.Equal(60, node.Open.Count));
    }

    [Fact]
    public void Node_that_lost_its_way_to_the_store_is_replaced_after_the_grace_and_joins_again()
    {
        var nodes = Start("a", "b", "c");
        var first = nodes[0].Me;
        nodes[0].Store.IsCutOff = true;
        _cluster.Until(() => _cluster.Tables["gather"].All(shard => shard.Owner is { } owner && owner != first), 2 * Second, "taken over");
        Assert.Equal("Absent", Assert.Single(_cluster.Tables.Deaths).Reason);
        Assert.Equal(40, nodes[0].Open.Count);
        Assert.False(nodes[0].Node.Lease.Holds);
        nodes[0].Store.IsCutOff = false;
        _cluster.UntilBalanced(5 * Second);
        Assert.NotEqual(first, nodes[0].Me);
        Assert.Equal(40, nodes[0].Drops);
    }

    [Fact]
    public void Frozen_node_is_replaced_after_the_lease_and_joins_again()
    {
        var nodes = Start("a", "b", "c");
        var first = nodes[0].Me;
        nodes[0].Store.Freeze();
        _cluster.Advance(1.9 * Second);
        Assert.False(nodes[0].Node.Lease.Holds);
        var took = _cluster.Until(() => _cluster.Tables["gather"].All(shard => shard.Owner is { } owner && owner != first), 2 * Second, "taken over");
        Assert.InRange(took, TimeSpan.Zero, 1.2 * Second);
        Assert.Equal("Silent", Assert.Single(_cluster.Tables.Deaths).Reason);
        nodes[0].Store.Thaw();
        _cluster.UntilBalanced(5 * Second);
        Assert.NotEqual(first, nodes[0].Me);
    }

    [Fact]
    public void Node_that_was_frozen_for_a_moment_goes_on()
    {
        var nodes = Start("a", "b", "c");
        nodes[0].Store.Freeze();
        _cluster.Advance(1.2 * Second);
        Assert.False(nodes[0].Node.Lease.Holds);
        nodes[0].Store.Thaw();
        _cluster.UntilBalanced(Second);
        AssertNothingMoved();
    }

    [Fact]
    public void Restarted_store_moves_nothing()
    {
        Start("a", "b", "c");
        for (var times = 0; times < 10; times++)
        {
            _cluster.Tables.Restart();
            _cluster.Advance(0.3 * Second);
        }

        _cluster.UntilBalanced(Second);
        AssertNothingMoved();
    }

    [Fact]
    public void Store_that_is_away_for_long_moves_nothing()
    {
        var nodes = Start("a", "b", "c");
        _cluster.Tables.IsDown = true;
        _cluster.Advance(30 * Second);
        Assert.All(nodes, node => Assert.False(node.Node.Lease.Holds));
        _cluster.Tables.IsDown = false;
        _cluster.UntilBalanced(3 * Second);
        AssertNothingMoved();
    }

    [Fact]
    public void Promotion_stops_and_recovers_every_shard_where_it_is()
    {
        var nodes = Start("a", "b", "c");
        var before = Owners();
        _cluster.Tables.Promote();
        _cluster.UntilBalanced(3 * Second);
        Assert.Equal(before, Owners());
        Assert.All(nodes, node => Assert.Equal(40, node.Drops));
        Assert.All(_cluster.Tables["gather"], shard => Assert.True(shard.Epoch > 1L << 40));
    }

    [Fact]
    public void Promoted_server_that_knows_nothing_of_claims_ends_no_node_that_made_them()
    {
        var nodes = Start("a", "b", "c");
        nodes[0].LongestDrop = 5 * Second; // it claims anew what it still drops
        _cluster.Tables.Promote(lacks: nodes[0].Me);
        _cluster.UntilBalanced(10 * Second);
        Assert.All(nodes, node => Assert.True(node.IsRunning));
        Assert.Empty(_cluster.Tables.Deaths);
    }

    [Fact]
    public void Steps_of_the_wall_clock_condemn_nobody()
    {
        Start("a", "b", "c");
        foreach (var hours in (int[])[1, -2, 1])
        {
            _cluster.Time.SetUtcNow(_cluster.Time.GetUtcNow().AddHours(hours));
            _cluster.Advance(3 * Second);
        }

        AssertNothingMoved();
    }

    [Fact]
    public void Live_duplicate_of_a_name_is_refused()
    {
        Start("a", "b");
        var duplicate = _cluster.Start("a");
        _cluster.Until(() => !duplicate.IsRunning, 3 * Second, "refused");
        Assert.IsType<NodeNameTakenException>(duplicate.Running.Exception!.InnerException);
        Assert.True(duplicate.Node.Joined.IsFaulted);
        AssertNothingMoved();
    }

    [Fact]
    public void Node_that_starts_again_buries_its_earlier_life()
    {
        var node = _cluster.Start("a");
        _cluster.UntilBalanced(Second);
        node.Kill();
        var again = _cluster.Start("a");
        var took = _cluster.UntilBalanced(3 * Second);
        Assert.InRange(took, TimeSpan.Zero, 1.6 * Second);
        Assert.Equal(120, again.Open.Count);
        Assert.Single(_cluster.Tables.Deaths);
    }

    [Fact]
    public void Node_that_starts_again_alone_and_does_not_hear_that_it_has_joined_does_not_take_itself_for_its_earlier_life()
    {
        var node = _cluster.Start("a");
        _cluster.UntilBalanced(Second);
        node.Kill();
        var again = new SimulatedNode(_cluster, "a");
        again.Store.LosesWordOfJoining = true;
        _cluster.Dead.Remove(new Uri("http://a:1"));
        _cluster.Nodes.Add(again);
        again.Start();
        _cluster.UntilBalanced(5 * Second);
        Assert.False(again.Store.LosesWordOfJoining);
        Assert.Equal(120, again.Open.Count);
    }

    [Fact]
    public void Older_program_is_refused_once_all_others_write_newer_events()
    {
        _cluster.Start("a", level: 2);
        _cluster.UntilBalanced(Second);
        var old = _cluster.Start("b", level: 1);
        _cluster.Until(() => !old.IsRunning, Second, "refused");
        Assert.IsType<NodeTooOldException>(old.Running.Exception!.InnerException);
    }

    [Fact]
    public void Level_rises_when_the_last_old_node_has_left()
    {
        var old = _cluster.Start("a", level: 1);
        _cluster.UntilBalanced(Second);
        var young = _cluster.Start("b", level: 2);
        _cluster.UntilBalanced(5 * Second);
        Assert.Equal(1, young.Node.Views.Current.Level);
        _ = old.Node.Leave();
        _cluster.Until(() => young.Node.Views.Current.Level == 2, 3 * Second, "raised");
    }

    [Fact]
    public void Node_without_the_role_owns_nothing()
    {
        var api = _cluster.Start("a", roles: ["api"]);
        var gather = _cluster.Start("b");
        _cluster.UntilBalanced(2 * Second);
        Assert.Empty(api.Open);
        Assert.Equal(120, gather.Open.Count);
        Assert.Equal(2, api.Node.Views.Current.Members.Count);
    }

    [Fact]
    public void Drained_node_stays_without_shards_until_it_is_resumed()
    {
        var nodes = Start("a", "b", "c");
        nodes[0].Node.Drain();
        _cluster.Until(() => nodes[0].Open.Count == 0 && nodes[1].Open.Count == 60 && nodes[2].Open.Count == 60, 3 * Second, "drained");
        _cluster.Advance(5 * Second);
        Assert.Empty(nodes[0].Open);
        Assert.True(nodes[1].Node.Views.Current.Find(nodes[0].Me)!.IsLeaving);
        nodes[0].Node.Resume();
        _cluster.UntilBalanced(5 * Second);
        Assert.Equal(40, nodes[0].Open.Count);
        Assert.Empty(_cluster.Tables.Deaths);
    }

    [Fact]
    public void Drained_node_takes_everything_when_no_other_is_left_and_hands_it_over_when_one_comes()
    {
        var nodes = Start("a", "b", "c");
        nodes[0].Node.Drain();
        _cluster.Until(() => nodes[0].Open.Count == 0, 3 * Second, "drained");
        nodes[1].Kill();
        _ = nodes[2].Node.Leave();
        _cluster.Until(() => nodes[0].Open.Count == 120, 5 * Second, "taken");
        Assert.True(nodes[0].Node.IsNeeded);

        var late = _cluster.Start("d");
        _cluster.Until(() => nodes[0].Open.Count == 0 && late.Open.Count == 120, 5 * Second, "handed over");
        Assert.False(nodes[0].Node.IsNeeded);
    }

    [Fact]
    public void Of_nodes_that_are_drained_at_the_same_time_one_takes_everything()
    {
        var nodes = Start("a", "b", "c");
        nodes.ForEach(node => node.Node.Drain());
        _cluster.Until(() => nodes.Exists(node => node.Open.Count == 120), 5 * Second, "taken");
        _cluster.Advance(5 * Second);
        Assert.Equal([0, 0, 120], nodes.Select(node => node.Open.Count).Order());
        Assert.Single(nodes, node => node.Node.IsNeeded);
    }

    [Fact]
    public void Node_that_is_isolated_does_not_take_its_share_again_because_somebody_resumes_it()
    {
        var nodes = Start("a", "b");
        nodes[1].Node.SetIsolated(true);
        _cluster.Until(() => nodes[1].Open.Count == 0, 3 * Second, "handed over");
        nodes[1].Node.Resume();
        _cluster.Advance(5 * Second);
        Assert.Empty(nodes[1].Open);
        nodes[1].Node.SetIsolated(false);
        _cluster.UntilBalanced(5 * Second);
    }

    [Fact]
    public void Shards_whose_runs_take_long_do_not_hold_up_the_others_that_are_handed_back()
    {
        var nodes = Start("a", "b", "c");
        nodes.ForEach(node => node.LongestCall = 6 * Second);
        _cluster.Start("d");
        _cluster.UntilBalanced(9 * Second);
    }

    [Fact]
    public void Node_that_leaves_lets_the_runs_of_all_its_shards_end_at_the_same_time()
    {
        var nodes = Start("a", "b", "c");
        nodes[0].LongestCall = 6 * Second;
        var left = nodes[0].Node.Leave();
        _cluster.Until(() => left.IsCompleted, 9 * Second, "left");
        Assert.Equal(0, nodes[0].Drops); // each was closed and released
        Assert.InRange(nodes[0].MostCloses, 20, 40);
    }

    [Fact]
    public async Task Shard_moves_to_whom_it_was_asked_to_and_stays()
    {
        var nodes = Start("a", "b", "c");
        var shard = nodes[0].Open.Keys.First().Shard;
        var moved = nodes[0].Node.Move("gather", shard, nodes[1].Me);
        _cluster.Until(() => moved.IsCompleted && nodes[1].Open.ContainsKey(("gather", shard)), 2 * Second, "moved");
        Assert.True(await moved);
        _cluster.Advance(3 * Second);
        _cluster.UntilBalanced(Second);
        Assert.True(nodes[1].Open.ContainsKey(("gather", shard)));
    }

    [Fact]
    public async Task Shard_that_is_on_its_way_can_be_waited_for_again_but_goes_to_nobody_else()
    {
        var nodes = Start("a", "b", "c");
        var shard = nodes[0].Open.Keys.First().Shard;
        var first = nodes[0].Node.Move("gather", shard, nodes[1].Me);
        var again = nodes[0].Node.Move("gather", shard, nodes[1].Me);
        Assert.False(await nodes[0].Node.Move("gather", shard, nodes[2].Me));

        _cluster.Until(() => first.IsCompleted && again.IsCompleted, 2 * Second, "moved");
        Assert.True(await first);
        Assert.True(await again);
    }

    [Fact]
    public async Task Shard_that_is_not_here_or_cannot_go_there_is_not_moved()
    {
        var nodes = Start("a", "b");
        var shard = nodes[1].Open.Keys.First().Shard;
        var wrongNode = nodes[0].Node.Move("gather", shard, nodes[1].Me);
        var nobody = nodes[1].Node.Move("gather", shard, Guid.Empty);
        _cluster.Until(() => wrongNode.IsCompleted && nobody.IsCompleted, Second, "answered");
        Assert.False(await wrongNode);
        Assert.False(await nobody);
        AssertNothingMoved();
    }

    [Fact]
    public void Shards_that_cannot_be_opened_are_given_back_and_tried_again()
    {
        var node = _cluster.Start("a");
        node.FailingOpens = 2;
        _cluster.UntilBalanced(10 * Second);
        Assert.InRange(node.Opens, 3, 10);
    }

    [Fact]
    public void Slow_host_costs_no_lease()
    {
        var node = _cluster.Start("a");
        node.LongestCall = 60 * Second;
        _cluster.Until(() => node.Opens == 1, Second, "opening");
        for (var tick = 0; tick < 50; tick++)
        {
            _cluster.Advance(0.1 * Second);
            Assert.True(node.Node.Lease.Holds);
        }
    }

    [Fact]
    public void Leaving_ends_in_time_although_the_host_does_not()
    {
        var nodes = Start("a", "b");
        nodes[0].LongestCall = TimeSpan.FromHours(1000);
        var left = nodes[0].Node.Leave();
        var took = _cluster.Until(() => left.IsCompleted, 11 * Second, "left");
        Assert.InRange(took, 5 * Second, 10 * Second);
        _cluster.UntilBalanced(3 * Second);
        Assert.Empty(_cluster.Tables.Deaths);
    }

    [Fact]
    public void Leaving_ends_in_time_although_the_store_is_away()
    {
        var nodes = Start("a", "b");
        _cluster.Tables.IsDown = true;
        var left = nodes[0].Node.Leave();
        _cluster.Until(() => left.IsCompleted, 10 * Second, "left");
        _cluster.Dead.Add(new Uri("http://a:1"));
        _cluster.Tables.IsDown = false;
        _cluster.UntilBalanced(5 * Second);
    }

    private List<SimulatedNode> Start(params string[] names)
    {
        foreach (var name in names)
        {
            _cluster.Start(name);
        }

        _cluster.UntilBalanced(10 * Second);
        _cluster.Advance(Second);
        _moves = _cluster.Tables.History.Count;
        return _cluster.Nodes;
    }

    private int _moves;

    private List<Guid?> Owners() => [.. _cluster.Tables["gather"].Select(shard => shard.Owner)];

    private void AssertNothingMoved()
    {
        Assert.Empty(_cluster.Tables.Deaths);
        Assert.Equal(_moves, _cluster.Tables.History.Count);
        Assert.All(_cluster.Nodes, node => Assert.Equal(0, node.Drops));
    }
}
