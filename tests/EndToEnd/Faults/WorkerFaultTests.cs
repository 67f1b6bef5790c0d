using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Faults;

/// <summary>Workers that die or freeze under a node that lives on.</summary>
public sealed class WorkerFaultTests(NodeOnSimulator rig) : IClassFixture<NodeOnSimulator>
{
    private const string HeldOnce = $$"""{"kind":"hang","path":"{{RunningSimulator.Tickers}}","count":1}""";

    [Fact]
    public async Task Run_survives_the_death_of_its_worker()
    {
        var (id, run, worker) = await BeginHeldRun();

        Signals.Kill(worker);

        Assert.Equal("succeeded - 2", NodeOnSimulator.Outcome(await rig.Ended(id, run)));
        Assert.NotEqual([worker], await rig.Workers());
    }

    [Fact]
    public async Task Frozen_worker_is_noticed_and_replaced()
    {
        var (id, run, worker) = await BeginHeldRun();

        Signals.Freeze(worker);

        await RunningNode.Until("the frozen worker is gone", () => Task.FromResult(!Signals.Lives(worker)));
        Assert.Equal("succeeded - 2", NodeOnSimulator.Outcome(await rig.Ended(id, run)));
    }

    [Fact]
    public async Task Worker_that_dies_again_and_again_comes_back()
    {
        var before = await Restarts();
        for (var i = 1; i <= 4; i++)
        {
            await RunningNode.Until("a worker is there", async () => (await rig.Workers()).Length == 1);
            Signals.Kill((await rig.Workers()).Single());
            await RunningNode.Until("its death was seen", async () => await Restarts() == before + i);
        }

        Assert.Equal("succeeded", (await rig.Run(await rig.Create())).GetProperty("state").GetString());
        Assert.Equal(before + 4, await Restarts());
    }

    private async Task<long> Restarts() =>
        (await rig.Node.Get("api/status/")).GetProperty("workers")[0].GetProperty("restarts").GetInt64();

    private async Task<(long Exchange, string Run, int Worker)> BeginHeldRun()
    {
        await rig.Venue.Order(HeldOnce);
        await rig.Venue.Forget();
        var id = await rig.Create();
        var run = await rig.Begin(id);
        await RunningNode.Until("the worker gathers", async () => await rig.Venue.Asked(RunningSimulator.Tickers) == 1);
        return (id, run, Assert.Single(await rig.Workers()));
    }
}
