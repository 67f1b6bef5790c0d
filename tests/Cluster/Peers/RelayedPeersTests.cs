using MarketManager.Cluster.Peers;

namespace MarketManager.Cluster.Tests.Peers;

public sealed class RelayedPeersTests
{
    private readonly Wires _wires = new("a", "b", "c");

    [Fact]
    public async Task Node_that_cannot_be_reached_is_asked_through_another()
    {
        _wires.Cut("a", "b");
        var reply = await _wires.Ask("a", "b", "hello");
        Assert.Equal((PeerOutcome.Replied, "b: hello"), (reply.Outcome, Wires.Text(reply.Payload)));
        Assert.Equal(["a>b", "a>c", "c>b"], _wires.Tried);
    }

    [Fact]
    public async Task Node_that_nobody_reaches_is_unreachable()
    {
        _wires.Cut("a", "b");
        _wires.Cut("c", "b");
        Assert.Equal(PeerOutcome.Unreachable, (await _wires.Ask("a", "b", "hello")).Outcome);
        Assert.Empty(_wires.Handled);
    }

    [Fact]
    public async Task Request_that_may_have_been_carried_out_takes_no_second_way()
    {
        _wires.Lose("a", "b");
        Assert.Equal(PeerOutcome.Lost, (await _wires.Ask("a", "b", "hello")).Outcome);
        Assert.Equal(["a>b"], _wires.Tried);
    }

    [Fact]
    public async Task Request_that_was_lost_on_the_second_hop_may_have_been_carried_out()
    {
        _wires.Cut("a", "b");
        _wires.Lose("c", "b");
        Assert.Equal(PeerOutcome.Lost, (await _wires.Ask("a", "b", "hello")).Outcome);
    }

    [Fact]
    public async Task Repeat_over_a_hop_reaches_the_node_that_remembers_the_first_answer()
    {
        var id = new Guid(1, 0, 0, new byte[8]);
        _wires.Cut("a", "b");
        _wires.Lose("c", "b");
        Assert.Equal(PeerOutcome.Lost, (await _wires.Ask("a", "b", "hello", id)).Outcome);

        _wires.Find("c", "b");
        Assert.Equal(PeerOutcome.Replied, (await _wires.Ask("a", "b", "hello", id)).Outcome);
        Assert.Equal(["b: hello"], _wires.Handled);
    }

    [Fact]
    public async Task Hop_takes_one_more_node_and_no_further()
    {
        var wires = new Wires("a", "b", "c", "d");
        wires.Cut("a", "b");
        wires.Cut("c", "b");
        var reply = await wires.Ask("a", "b", "hello");
        Assert.Equal(PeerOutcome.Replied, reply.Outcome);
        Assert.Equal(["a>b", "a>c", "c>b", "a>d", "d>b"], wires.Tried);
    }
}
