using System.Text.Json;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Faults;

/// <summary>A node that stands still for longer than a lease, alone or with its workers, and one that dies beside a frozen one.</summary>
public sealed class FrozenNodeTests
{
    private static readonly TimeSpan LongerThanALease = TimeSpan.FromSeconds(11);

    [Fact]
    public async Task Frozen_node_loses_its_worker_and_goes_on_when_it_wakes()
    {
        await using var rig = await NodeOnSimulator.Make();
        var (id, run, worker) = await BeginHeldRun(rig);

        Signals.Freeze(rig.Node.Pid);
        await RunningNode.Until("the worker has left", () => Task.FromResult(!Signals.Lives(worker)));
        Signals.Continue(rig.Node.Pid);

        Assert.Equal("succeeded - 2", NodeOnSimulator.Outcome(await rig.Ended(id, run)));
        await GoesOn(rig);
    }

    [Fact]
    public async Task Frozen_node_and_worker_go_on_together()
    {
        await using var rig = await NodeOnSimulator.Make();
        var (id, run, worker) = await BeginHeldRun(rig);

        Signals.Freeze(rig.Node.Pid);
        Signals.Freeze(worker);
        await Task.Delay(LongerThanALease, TimeProvider.System);
        Signals.Continue(rig.Node.Pid);
        Signals.Continue(worker);

        // The request was held past its own timeout; the machine's sleep alone must not cost the worker.
        Assert.Equal("succeeded - 2", NodeOnSimulator.Outcome(await rig.Ended(id, run)));
        Assert.Equal([worker], await rig.Workers());
        await GoesOn(rig);
    }

    [Fact]
    public async Task Node_that_is_killed_leaves_no_worker_not_even_a_frozen_one()
    {
        await using var rig = await NodeOnSimulator.Make();
        var worker = Assert.Single(await rig.Workers());

        Signals.Freeze(worker);
        await rig.Node.KillHard();

        await RunningNode.Until("the worker is gone", () => Task.FromResult(!Signals.Lives(worker)));
    }

    private static async Task<(long Exchange, string Run, int Worker)> BeginHeldRun(NodeOnSimulator rig)
    {
        await rig.Venue.Order($$"""{"kind":"hang","path":"{{RunningSimulator.Tickers}}","count":1}""");
        var id = await rig.Create();
        var run = await rig.Begin(id);
        await RunningNode.Until("the worker gathers", async () => await rig.Venue.Asked(RunningSimulator.Tickers) == 1);
        return (id, run, Assert.Single(await rig.Workers()));
    }

    private static async Task GoesOn(NodeOnSimulator rig)
    {
        var id = await rig.Create(interval: 1, enabled: true);
        await RunningNode.Until("two starts of the schedule have succeeded", async () => (await rig.Runs(id)).Count(Succeeded) >= 2);
    }

    private static bool Succeeded(JsonElement run) => run.GetProperty("state").GetString() == "succeeded";
}
