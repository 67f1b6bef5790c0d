using MarketManager.Cluster.Peers;
using MarketManager.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Cluster.Tests.Peers;

public sealed class IsolationTests
{
    private readonly ManualTime _time = new();
    private readonly List<string> _deeds = [];

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

    private Isolation Of(Wires wires, string name) => new(
        wires.DirectOf(name), wires.ViewsOf(name), () => _deeds.Add("drain"), () => _deeds.Add("resume"), TimeSpan.FromSeconds(12),
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
