using MarketManager.Actors.Exchanges;
using MarketManager.Kernel;
using MarketManager.TestKit;
using Xunit;

namespace MarketManager.Actors.Tests.Exchanges;

public sealed class ExchangeDirectoryTests
{
    private const long Id = 7;

    [Fact]
    public async Task Exchange_is_lacking_only_in_a_shard_that_is_here()
    {
        await using var sim = new Simulation();
        var actor = new Probe<EntityMessage>(sim.System);
        var directory = new ExchangeDirectory();
        Assert.False(directory.Lacks(Id));
        directory.Open(Shard.Of(Id));
        Assert.True(directory.Lacks(Id));
        directory.Close(Shard.Of(Id));
        Assert.False(directory.Lacks(Id));
        directory.Add(Id, actor);
        directory.Open(Shard.Of(Id));
        Assert.False(directory.Lacks(Id));
    }

    [Fact]
    public async Task Exchange_that_has_stopped_is_lacking_before_it_is_removed()
    {
        await using var sim = new Simulation();
        var actor = sim.System.Spawn("exchange", static () => new ScriptedActor<EntityMessage>(static (_, _) => { }));
        var directory = new ExchangeDirectory();
        directory.Add(Id, actor);
        directory.Open(Shard.Of(Id));
        await sim.Completion(sim.System.Stop(actor));
        Assert.True(directory.Lacks(Id));
    }
}
