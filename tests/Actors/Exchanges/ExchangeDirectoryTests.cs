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
        directory.Open(Shard.Of(Id), null);
        Assert.True(directory.Lacks(Id));
        directory.Close(Shard.Of(Id));
        Assert.False(directory.Lacks(Id));
        directory.Add(Id, actor);
        directory.Open(Shard.Of(Id), null);
        Assert.False(directory.Lacks(Id));
    }

    [Fact]
    public void Nothing_is_lacking_in_a_shard_that_has_passed_on()
    {
        var directory = new ExchangeDirectory();
        directory.Open(Shard.Of(Id), Right(3));
        directory.Lose(Right(3));
        Assert.False(directory.Lacks(Id));
    }

    [Fact]
    public void Right_of_an_earlier_epoch_closes_nothing_when_it_is_lost()
    {
        var directory = new ExchangeDirectory();
        directory.Open(Shard.Of(Id), Right(3));
        directory.Lose(Right(2));
        Assert.True(directory.Lacks(Id));
    }

    [Fact]
    public async Task Exchange_that_has_stopped_is_lacking_before_it_is_removed()
    {
        await using var sim = new Simulation();
        var actor = sim.System.Spawn("exchange", static () => new ScriptedActor<EntityMessage>(static (_, _) => { }));
        var directory = new ExchangeDirectory();
        directory.Add(Id, actor);
        directory.Open(Shard.Of(Id), null);
        await sim.Completion(sim.System.Stop(actor));
        Assert.True(directory.Lacks(Id));
    }

    private static Fence Right(long epoch) => new("gather", Shard.Of(Id), epoch);
}
