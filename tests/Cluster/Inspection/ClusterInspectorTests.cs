using MarketManager.Actors;
using MarketManager.Cluster.Inspection;
using MarketManager.Cluster.Peers;

namespace MarketManager.Cluster.Tests.Inspection;

public sealed class ClusterInspectorTests
{
    [Fact]
    public async Task Status_counts_nodes_and_shards()
    {
        var cluster = new InspectedCluster("n1", "n2", "n3");
        var status = await cluster["n2"].Status(default);
        Assert.Equal(
            ("n2", MemberState.Up, "postgresql 15.6", 3, 120, 0, 0),
            (status.Node, status.State, status.Store, status.Nodes, status.Owned, status.Free, status.Moving));
    }

    [Fact]
    public async Task Nodes_say_how_they_stand_and_one_that_does_not_answer_is_unreachable()
    {
        var cluster = new InspectedCluster("n1", "n2", "n3");
        cluster.Silent.Add("n3");
        cluster.Node("n2").Store.Freeze();
        cluster.Advance(TimeSpan.FromSeconds(1.2));
        var nodes = await cluster["n1"].Nodes(default);
        Assert.Equal(
            [("n1", MemberState.Up, 40, 0L), ("n2", MemberState.Suspended, 40, 0L), ("n3", MemberState.Unreachable, 40, (long?)null)],
            nodes.Select(node => (node.Name, node.State, node.Shards, node.Actors)));
        Assert.True(nodes[0].Lease > TimeSpan.Zero);
        Assert.Equal([TimeSpan.Zero, null], nodes.Skip(1).Select(node => node.Lease));
    }

    [Fact]
    public async Task Shards_show_their_owner_and_what_it_says_of_them()
    {
        var cluster = new InspectedCluster("n1", "n2");
        cluster.Silent.Add("n2");
        var shards = await cluster["n1"].Shards(default);
        Assert.Equal(Enumerable.Range(0, 120), shards.Select(shard => shard.Number));
        Assert.All(shards, shard => Assert.Equal(shard.Owner == "n1" ? 0 : null, shard.Actors));
        Assert.Equal(60, shards.Count(shard => shard.Owner == "n2"));
    }

    [Theory]
    [InlineData("gathr", 1, "n2", RejectionKind.NotFound, "there are no shards of 'gathr', only of gather")]
    [InlineData("gather", 120, "n2", RejectionKind.NotFound, "there is no shard 120 of gather; they are 0 to 119")]
    [InlineData("gather", -1, "n2", RejectionKind.NotFound, "there is no shard -1 of gather; they are 0 to 119")]
    [InlineData("gather", 1, "n22", RejectionKind.Invalid, "there is no node 'n22'; did you mean 'n2'?")]
    [InlineData("gather", 1, "front", RejectionKind.Conflict, "front does not have the role gather, only api")]
    public async Task A_move_that_cannot_be_is_refused_with_the_reason(string role, int shard, string to, RejectionKind kind, string why)
    {
        var cluster = new InspectedCluster("n1", "n2");
        cluster.Start("front", "api");
        cluster.Advance(TimeSpan.FromSeconds(1));
        var answer = await cluster["n1"].Move(role, shard, to, default);
        Assert.Equal((kind, why), (answer.Why!.Kind, answer.Why.Detail));
    }

    [Theory]
    [InlineData("n1")]
    [InlineData("n2")]
    [InlineData("n3")]
    public async Task A_shard_moves_whichever_node_is_asked(string asked)
    {
        var cluster = new InspectedCluster("n1", "n2", "n3");
        var shard = (await cluster[asked].Shards(default)).First(one => one.Owner == "n1");
        var moved = (await cluster.Answer(cluster[asked].Move("gather", shard.Number, "n2", default))).Value!;
        Assert.Equal("n2", moved.Owner);
        Assert.True(moved.Epoch > shard.Epoch);

        var again = (await cluster.Answer(cluster[asked].Move("gather", shard.Number, "n2", default))).Value!;
        Assert.Equal(moved with { Actors = again.Actors }, again);
    }

    [Fact]
    public async Task A_drained_node_has_nothing_and_takes_nothing_until_it_is_resumed()
    {
        var cluster = new InspectedCluster("n1", "n2", "n3");
        var leaving = (await cluster.Answer(cluster["n1"].Drain("n2", default))).Value!;
        Assert.Contains(leaving.State, (MemberState[])[MemberState.Leaving, MemberState.Drained]);
        cluster.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(
            [("n1", MemberState.Up, 60), ("n2", MemberState.Drained, 0), ("n3", MemberState.Up, 60)],
            (await cluster["n3"].Nodes(default)).Select(node => (node.Name, node.State, node.Shards)));
        Assert.Equal(
            (RejectionKind.Conflict, "n2 hands over what it has and takes nothing; 'resume' ends that"),
            (await cluster["n1"].Move("gather", 1, "n2", default)).Why is { } why ? (why.Kind, why.Detail) : default);

        Assert.Equal(MemberState.Up, (await cluster.Answer(cluster["n3"].Resume("n2", default))).Value!.State);
        cluster.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([40, 40, 40], (await cluster["n1"].Nodes(default)).Select(node => node.Shards));
    }

    [Fact]
    public async Task A_node_that_is_resumed_while_the_store_is_away_is_not_said_to_be_stopped()
    {
        var cluster = new InspectedCluster("n1", "n2");
        await cluster.Answer(cluster["n1"].Drain("n1", default));
        cluster.Advance(TimeSpan.FromSeconds(5));
        cluster.IsStoreAway = true;
        var why = (await cluster.Answer(cluster["n1"].Resume("n1", default))).Why!;
        Assert.Equal(
            (RejectionKind.Unavailable, "the node could not tell the store yet that it takes its share again; it does when the store answers"),
            (why.Kind, why.Detail));

        cluster.IsStoreAway = false;
        cluster.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal([60, 60], (await cluster["n1"].Nodes(default)).Select(node => node.Shards));
    }

    [Fact]
    public async Task A_move_that_waits_for_the_store_is_not_known_to_be_done_and_can_be_asked_for_again()
    {
        var cluster = new InspectedCluster("n1", "n2");
        var shard = (await cluster["n1"].Shards(default)).First(one => one.Owner == "n1").Number;
        cluster.IsStoreAway = true;
        foreach (var _ in (string[])["first", "again"])
        {
            var why = (await cluster.Answer(cluster["n1"].Move("gather", shard, "n2", default))).Why!;
            Assert.Equal((RejectionKind.OutcomeUnknown, "n1 has not done it within 12 s, and may yet"), (why.Kind, why.Detail));
        }

        cluster.IsStoreAway = false;
        cluster.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal("n2", (await cluster["n1"].Shards(default)).Single(one => one.Number == shard).Owner);
    }

    [Fact]
    public async Task The_last_node_that_takes_the_shards_of_a_role_is_not_drained()
    {
        var cluster = new InspectedCluster("n1", "n2");
        await cluster.Answer(cluster["n1"].Drain("n2", default));
        cluster.Advance(TimeSpan.FromSeconds(5));
        var why = (await cluster.Answer(cluster["n2"].Drain("n1", default))).Why!;
        Assert.Equal(
            (RejectionKind.Conflict, "no other node takes the shards of gather; start one, or resume one, before this one is drained"),
            (why.Kind, why.Detail));
    }

    [Fact]
    public async Task Two_drains_at_once_of_the_last_two_nodes_leave_everything_with_one_of_them()
    {
        var cluster = new InspectedCluster("n1", "n2");
        var (first, second) = (cluster["n1"].Drain("n1", default).AsTask(), cluster["n2"].Drain("n2", default).AsTask());
        var answers = await cluster.Answer(new ValueTask<Answer<NodeStatus>[]>(Task.WhenAll(first, second)));

        // Both may have begun before either could know of the other.
        Assert.True(answers.Count(answer => answer.Why is not null) <= 1);
        Assert.All(answers.Select(answer => answer.Why).OfType<Rejection>(), why => Assert.Equal(
            (RejectionKind.Conflict, "no other node takes the shards of gather; start one, or resume one, before this one is drained"),
            (why.Kind, why.Detail)));

        cluster.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([0, 120], (await cluster["n1"].Nodes(default)).Select(node => node.Shards).Order());
    }

    [Fact]
    public async Task A_node_that_is_not_there_or_does_not_answer_is_not_drained()
    {
        var cluster = new InspectedCluster("n1", "n2");
        cluster.Silent.Add("n2");
        var unknown = (await cluster["n1"].Drain("n3", default)).Why!;
        Assert.Equal((RejectionKind.NotFound, "there is no node 'n3'; did you mean 'n1'?"), (unknown.Kind, unknown.Detail));
        var silent = (await cluster["n1"].Drain("n2", default)).Why!;
        Assert.Equal((RejectionKind.OutcomeUnknown, "n2 did not answer: no answer came in time"), (silent.Kind, silent.Detail));
    }

    [Fact]
    public async Task An_actor_is_asked_of_the_owner_of_its_shard()
    {
        var cluster = new InspectedCluster("n1", "n2");
        var answers = new List<ActorStatus>();
        for (var id = 1; id <= 20; id++)
        {
            answers.Add((await cluster["n1"].Actor(id, default)).Value!);
        }

        var owners = await cluster["n1"].Shards(default);
        Assert.All(answers, actor => Assert.Equal(
            (owners[actor.Shard].Owner, owners[actor.Shard].Epoch, true), (actor.Node, actor.Epoch, actor.Seen is null)));
        Assert.Equal(["n1", "n2"], answers.Select(actor => actor.Node).Distinct().Order());
    }

    [Fact]
    public async Task An_actor_that_its_owner_has_not_recovered_yet_is_on_its_way()
    {
        var cluster = new InspectedCluster("n1", "n2");
        cluster.Forget();
        var moving = (await cluster["n1"].Actor(1, default)).Value!;
        Assert.Equal((null, null, null, true), (moving.Node, moving.Address, moving.Seen, moving.Epoch > 0));

        cluster.Recover();
        Assert.NotNull((await cluster["n1"].Actor(1, default)).Value!.Node);
    }

    [Fact]
    public async Task A_request_that_is_not_understood_is_declined()
    {
        var cluster = new InspectedCluster("n1");
        var operations = new PeerOperations(new Dictionary<ushort, IPeerHandler> { [ClusterInspector.Operation] = cluster["n1"].Handler });
        Assert.Equal(PeerOutcome.Declined, (await Ask(ClusterInspector.Operation, "{}"u8.ToArray())).Outcome);
        Assert.Equal("this node does not know operation 77; is its version older?", (await Ask(77, [])).Why);

        ValueTask<PeerReply> Ask(ushort operation, byte[] payload) =>
            operations.Handle(new PeerRequest(Guid.Empty, operation, payload, TimeSpan.FromSeconds(1)), default);
    }
}
