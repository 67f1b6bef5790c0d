using MarketManager.Cluster.Peers;
using MarketManager.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Cluster.Tests.Peers;

public sealed class IsolationTests
{
    private readonly ManualTime _time = new();
    private readonly List<string> _deeds = [];
    private readonly List<Action> _news = [];

    [Fact]
    public async Task Node_that_reaches_nobody_hands_over_after_a_while()
    {
        var wires = new Wires("a", "b", "c");
        var isolation = Of(wires, "a");
        wires.Cut("a", "b");
        wires.Cut("a", "c");
        await Look(isolation, seconds: 12);
        Assert.Empty(_deeds);
        await Look(isolation, seconds: 1);
        Assert.Equal(["drain"], _deeds);
        Assert.True(isolation.IsIsolated);

        await Look(isolation, seconds: 60);
        Assert.Equal(["drain"], _deeds);
    }

    [Fact]
    public async Task Node_that_reaches_one_of_many_keeps_what_it_has()
    {
        var wires = new Wires("a", "b", "c");
        wires.Cut("a", "b");
        await Look(Of(wires, "a"), seconds: 60);
        Assert.Empty(_deeds);
    }

    [Fact]
    public async Task Node_takes_its_share_again_when_a_peer_can_be_reached()
    {
        var wires = new Wires("a", "b", "c");
        var isolation = Of(wires, "a");
        wires.Cut("a", "b");
        wires.Cut("a", "c");
        await Look(isolation, seconds: 13);
        wires.Mend("a", "c");
        await Look(isolation, seconds: 1);
        Assert.Equal(["drain", "resume"], _deeds);
        Assert.False(isolation.IsIsolated);
    }

    [Fact]
    public async Task Node_whose_peers_have_died_keeps_everything()
    {
        var wires = new Wires("a", "b", "c");
        var isolation = Of(wires, "a");
        wires.Cut("a", "b");
        wires.Cut("a", "c");
        await Look(isolation, seconds: 10);
        wires.Bury("b");
        wires.Bury("c");
        await Look(isolation, seconds: 60);
        Assert.Empty(_deeds);
    }

    [Theory]
    [InlineData("a", "")]
    [InlineData("b", "drain")]
    public async Task Of_two_the_one_that_joined_first_keeps_everything(string name, string deed)
    {
        var wires = new Wires("a", "b");
        wires.Cut("a", "b");
        wires.Cut("b", "a");
        await Look(Of(wires, name), seconds: 13);
        Assert.Equal(deed, string.Concat(_deeds));
    }

    [Fact]
    public async Task Of_many_that_reach_nobody_the_one_that_joined_first_takes_everything_back_once_all_have_handed_over()
    {
        var wires = new Wires("a", "b", "c");
        var nodes = await NobodyReachesAnybody(wires, "a", "b", "c");

        Assert.Equal(["a drains", "b drains", "c drains", "a resumes"], _deeds);
        Assert.Equal([false, true, true], nodes.Select(node => node.IsIsolated));
    }

    [Fact]
    public async Task Node_keeps_what_it_has_where_all_others_hand_over()
    {
        var wires = new Wires("a", "b", "c");
        wires.Cut("c", "a");
        wires.Cut("c", "b");
        wires.Leave("a", true);
        wires.Leave("b", true);
        await Look(Of(wires, "c"), seconds: 60);
        Assert.Empty(_deeds);
    }

    [Theory]
    [InlineData("gather", "")]
    [InlineData("api", "a drains")]
    public async Task Only_node_that_carries_exchanges_keeps_them_whoever_else_it_cannot_reach(string role, string deeds)
    {
        var wires = new Wires("x", "y", "a");
        wires.Give("x", "api");
        wires.Give("y", role == "gather" ? "api" : "gather");
        wires.Give("a", role);
        wires.Cut("a", "x");
        wires.Cut("a", "y");
        await Look(Leaving(wires, "a"), seconds: 60);
        Assert.Equal(deeds, string.Join(", ", _deeds));
    }

    [Fact]
    public async Task Of_nodes_that_reach_nobody_one_that_carries_exchanges_takes_them_back()
    {
        var wires = new Wires("a", "b", "c");
        wires.Give("a", "api");
        var nodes = await NobodyReachesAnybody(wires, "a", "b", "c");

        Assert.Equal([true, false, true], nodes.Select(node => node.IsIsolated));
        Assert.Equal(["a drains", "c drains"], _deeds); // of the two that carry exchanges b joined first
    }

    // For a minute; each sees what the others do with its next look.
    private async Task<List<Isolation>> NobodyReachesAnybody(Wires wires, params string[] names)
    {
        foreach (var (from, to) in from one in names from other in names where one != other select (one, other))
        {
            wires.Cut(from, to);
        }

        var nodes = names.Select(name => Leaving(wires, name)).ToList();
        for (var second = 0; second < 60; second++)
        {
            foreach (var node in nodes)
            {
                await node.Look(default);
            }

            _news.ForEach(apply => apply());
            _news.Clear();
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        return nodes;
    }

    private Isolation Leaving(Wires wires, string name) => new(
        "gather", wires.DirectOf(name), wires.ViewsOf(name), isIsolated => Does(wires, name, isIsolated), TimeSpan.FromSeconds(12),
        TestWorld.Create(_time, 1), NullLogger<Isolation>.Instance);

    private void Does(Wires wires, string name, bool isLeaving)
    {
        _deeds.Add($"{name} {(isLeaving ? "drains" : "resumes")}");
        _news.Add(() => wires.Leave(name, isLeaving)); // the others see it with their next look
    }

    private Isolation Of(Wires wires, string name) => new(
        "gather", wires.DirectOf(name), wires.ViewsOf(name), isIsolated => _deeds.Add(isIsolated ? "drain" : "resume"), TimeSpan.FromSeconds(12),
        TestWorld.Create(_time, 1), NullLogger<Isolation>.Instance);

    private async Task Look(Isolation isolation, int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            await isolation.Look(default);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
