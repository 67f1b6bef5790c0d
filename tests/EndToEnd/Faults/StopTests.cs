using System.Text.Json;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Faults;

/// <summary>SIGTERM in the middle of a run: the node ends within ten seconds, with exit code 0, and nothing is lost.</summary>
public sealed class StopTests
{
    private static readonly TimeSpan Allowed = TimeSpan.FromSeconds(10);

    // Also for the worker that takes the place of one that was killed while there is patience left.
    private const string Hanging = """{"kind":"hang","count":100}""";

    [Fact]
    public async Task Short_run_is_finished_first()
    {
        await using var rig = await NodeOnSimulator.Make();
        var (id, run) = await Begin(rig, """{"kind":"latency","milliseconds":1500,"count":1}""");

        await StopCleanly(rig);

        await rig.Start();
        var kept = Assert.Single(await rig.Runs(id));
        Assert.Equal((run, "succeeded - 1"), (kept.GetProperty("run_id").GetString(), NodeOnSimulator.Outcome(kept)));
    }

    [Fact]
    public async Task Run_that_takes_too_long_is_cut_short_and_made_up_for()
    {
        await using var rig = await NodeOnSimulator.Make();
        var (id, run) = await Begin(rig, """{"kind":"hang","count":1}""");

        await StopCleanly(rig);

        await rig.Start();
        var runs = await MadeUpFor(rig, id);
        Assert.Equal(run, runs[0].GetProperty("run_id").GetString());
        Assert.Equal(["crashed shutdown 1", "succeeded - 1"], runs.Select(NodeOnSimulator.Outcome));
        Assert.Equal(["demand", "recovery"], runs.Select(x => x.GetProperty("trigger").GetString()));
    }

    [Fact]
    public async Task Frozen_worker_does_not_keep_the_node_up()
    {
        await using var rig = await NodeOnSimulator.Make();
        var (id, _) = await Begin(rig, Hanging);
        var worker = Assert.Single(await rig.Workers());
        Signals.Freeze(worker);

        await StopCleanly(rig);

        Assert.False(Signals.Lives(worker));
        await rig.Venue.Order();
        await rig.Start();
        Assert.Equal(["crashed", "succeeded"], States(await MadeUpFor(rig, id)));
    }

    [Fact]
    public async Task Frozen_worker_does_not_keep_a_node_of_a_cluster_up_and_the_next_owner_makes_up_for_its_run()
    {
        await using var venue = await RunningSimulator.Start();
        await using var cluster = await RealCluster.Make();
        string[] onSimulator = ["--sim-url", venue.Address.GetLeftPart(UriPartial.Authority)];
        var leaver = await cluster.Add("leaver", onSimulator);
        await cluster.Settled(1);
        var created = await Reply.To(leaver.Http, "POST", "api/exchanges/", JsonSerializer.Serialize(
            new { name = "Hanging", venue = "sim", enabled = false, interval = 600, options = new { ccxt = new { timeout = 60_000 } } }));
        var runs = $"api/exchanges/{created["id"]}/runs/";
        await venue.Order(Hanging);
        Assert.Equal(202, (await Reply.To(leaver.Http, "POST", $"api/exchanges/{created["id"]}/run/")).Code);
        await RunningNode.Until("the worker gathers", async () => await venue.Asked() > 0);
        var worker = Assert.Single((await leaver.Get("api/status/")).GetProperty("workers").EnumerateArray()).GetProperty("pid").GetInt32();
        Signals.Freeze(worker);

        var (exitCode, took) = await leaver.Stop();

        Assert.True(exitCode == 0 && took < Allowed, $"{exitCode} after {took}\n{leaver.Log}");
        Assert.False(Signals.Lives(worker));
        await venue.Order();
        var next = await cluster.Add("next", onSimulator);
        JsonElement[] made = [];
        await RunningNode.Until("it was made up for", async () =>
        {
            made = [.. (await next.Get(runs + "?ordering=run_id")).GetProperty("results").EnumerateArray()];
            return States(made) is [_, not "running"];
        });
        Assert.Equal(["crashed", "succeeded"], States(made));
    }

    private static async Task<(long Exchange, string Run)> Begin(NodeOnSimulator rig, string fault)
    {
        var id = await rig.Create("""{"ccxt":{"timeout":60000}}""");
        await rig.Venue.Order(fault);
        var run = await rig.Begin(id);
        await RunningNode.Until("the worker gathers", async () => await rig.Venue.Asked() > 0);
        return (id, run);
    }

    private static async Task<JsonElement[]> MadeUpFor(NodeOnSimulator rig, long id)
    {
        await RunningNode.Until(
            "it was made up for",
            async () => await rig.Runs(id) is [_, var next] && next.GetProperty("state").GetString() != "running");
        return await rig.Runs(id);
    }

    private static string[] States(JsonElement[] runs) => [.. runs.Select(run => run.GetProperty("state").GetString()!)];

    private static async Task StopCleanly(NodeOnSimulator rig)
    {
        var (exitCode, took) = await rig.Node.Stop();
        Assert.True(exitCode == 0, rig.Node.Log);
        Assert.True(took < Allowed, $"it took {took}\n{rig.Node.Log}");
        await rig.Node.DisposeAsync();
    }
}
