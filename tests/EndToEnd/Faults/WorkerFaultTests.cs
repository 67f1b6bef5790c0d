using System.Text.Json;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Faults;

/// <summary>Workers that die or freeze under a node that lives on.</summary>
public sealed class WorkerFaultTests(NodeOnSimulator rig) : IClassFixture<NodeOnSimulator>
{
    private const string HeldOnce = $$"""{"kind":"hang","path":"{{RunningSimulator.Tickers}}","count":1}""";
    private const string OtherFeed = """{"markets":{"max_symbols":7}}""";

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
    public async Task Worker_whose_main_thread_spins_is_replaced_and_the_runs_of_the_other_go_on()
    {
        using var spinning = new SpinningNode();
        await using var two = await NodeOnSimulator.Make(spinning.Variables, workers: 2);
        await RunningNode.Until("both workers are there", async () => (await two.Workers()).Length == 2);
        await two.Venue.Order(HeldOnce);
        var held = await two.Create();
        var run = await two.Begin(held);
        await RunningNode.Until("a worker gathers", async () => await two.Venue.Asked(RunningSimulator.Tickers) == 1);
        var victim = Assert.Single(await WorkersWithFeeds(two));
        var steady = await two.Create(OtherFeed, interval: 1, enabled: true);
        await RunningNode.Until("the other worker gathers too", async () => (await two.Runs(steady)).Any(Succeeded));
        var other = Assert.Single(await WorkersWithFeeds(two), pid => pid != victim);

        Signals.SendUser2(victim);

        await RunningNode.Until("the spinning worker is gone", () => Task.FromResult(!Signals.Lives(victim)));
        Assert.Equal("succeeded - 2", NodeOnSimulator.Outcome(await two.Ended(held, run)));
        Assert.Contains(other, await two.Workers());
        Assert.All(
            (await two.Runs(steady)).Where(x => x.GetProperty("state").GetString() != "running"),
            x => Assert.Equal("succeeded - 1", NodeOnSimulator.Outcome(x)));
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

    private static bool Succeeded(JsonElement run) => run.GetProperty("state").GetString() == "succeeded";

    private static async Task<int[]> WorkersWithFeeds(NodeOnSimulator node) =>
        [.. (await node.Node.Get("api/status/")).GetProperty("workers").EnumerateArray()
            .Where(worker => worker.GetProperty("exchanges").GetInt32() > 0)
            .Select(worker => worker.GetProperty("pid").GetInt32())];

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
