using System.Text.Json;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;
using Xunit.Abstractions;

namespace MarketManager.EndToEnd.Tests.Faults;

/// <summary>kill -9 at every step of a run: each start has one recorded outcome, and nothing that was told is lost.</summary>
public sealed class KillTests(NodeOnSimulator rig, ITestOutputHelper output) : IClassFixture<NodeOnSimulator>, IAsyncLifetime
{
    private const string Gathering = $$"""{"kind":"latency","milliseconds":400,"path":"{{RunningSimulator.Tickers}}"}""";
    private const string Held = $$"""{"kind":"hang","path":"{{RunningSimulator.Tickers}}"}""";

    public Task InitializeAsync() => rig.Venue.Order();

    public Task DisposeAsync() => rig.Venue.Order();

    [Fact]
    public async Task Run_whose_process_dies_is_crashed_and_made_up_for_once()
    {
        await rig.Venue.Order(Held);
        var id = await rig.Create("""{"max_run":600}""");
        var run = await rig.Begin(id);

        await rig.KillAndStart();
        await RunningNode.Until("the run is made up for", async () => (await rig.Runs(id)).Length == 2);
        await rig.KillAndStart();
        await rig.Venue.Order();

        // The recovery died as well: poison must not loop.
        var runs = await rig.Runs(id);
        Assert.Equal(run, runs[0].GetProperty("run_id").GetString());
        Assert.Equal(
            ["demand crashed process_died 1", "recovery crashed process_died 1"],
            runs.Select(x => $"{x.GetProperty("trigger")} {NodeOnSimulator.Outcome(x)}"));
        Assert.Equal("succeeded - 1", NodeOnSimulator.Outcome(await rig.Run(id)));
        Assert.Equal(3, (await rig.Runs(id)).Length);
    }

    [Fact]
    public async Task Result_that_was_told_is_there_after_the_kill()
    {
        var id = await rig.Create();
        for (var i = 0; i < 2; i++)
        {
            var told = await rig.Run(id);
            var (exchange, markets) = (await rig.Exchange(id), await rig.Markets(id));

            await rig.KillAndStart();

            Assert.Equal(told.ToString(), (await rig.Runs(id))[i].ToString());
            Assert.Equal(exchange.ToString(), (await rig.Exchange(id)).ToString());
            Assert.Equal(markets, await rig.Markets(id));
        }
    }

    [Fact]
    public async Task Each_start_has_one_outcome_however_often_the_process_dies()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await rig.Venue.Order(Gathering);
        var id = await rig.Create(interval: 1, enabled: true);
        var told = new Dictionary<string, string>();

        // Before, at and after a start; while the worker gathers; around the end.
        foreach (var milliseconds in (int[])[0, 380, 400, 420, 450, random.Next(1500), random.Next(1500), random.Next(1500)])
        {
            await RunningNode.Until("a run goes on", async () => (await rig.Exchange(id)).GetProperty("status").GetProperty("state").GetString() == "running");
            await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System);
            foreach (var ended in (await rig.Runs(id)).Where(run => run.GetProperty("ended").ValueKind == JsonValueKind.String))
            {
                told[ended.GetProperty("run_id").GetString()!] = ended.ToString();
            }

            await rig.KillAndStart();
        }

        await rig.Venue.Order();
        Assert.Equal(200, (await rig.Ask("PATCH", $"api/exchanges/{id}/", """{"enabled":false}""")).Code);
        await RunningNode.Until("none runs", async () => (await rig.Exchange(id)).GetProperty("status").GetProperty("next_run").ValueKind == JsonValueKind.Null
            && (await rig.Exchange(id)).GetProperty("status").GetProperty("state").GetString() == "disabled");
        Check(await rig.Runs(id), told, (await rig.Exchange(id)).GetProperty("created").GetDateTimeOffset());
    }

    /// <summary>What must hold of any history, see "The life of a run".</summary>
    private static void Check(JsonElement[] runs, Dictionary<string, string> told, DateTimeOffset anchor)
    {
        Assert.All(runs, run => Assert.Contains(run.GetProperty("state").GetString(), (string[])["succeeded", "crashed"]));
        var byId = runs.ToDictionary(run => run.GetProperty("run_id").GetString()!, run => run.ToString());
        Assert.All(told, run => Assert.Equal(run.Value, byId[run.Key]));

        var slots = runs.Where(run => Trigger(run) == "interval").Select(run => run.GetProperty("due").GetDateTimeOffset()).ToList();
        Assert.Equal(slots.Distinct().Order(), slots);
        Assert.All(slots, due => Assert.Equal(0, (due - anchor).TotalMilliseconds % 1000));

        foreach (var (run, next) in runs.Zip(runs.Skip(1)))
        {
            Assert.True(next.GetProperty("started").GetDateTimeOffset() >= run.GetProperty("ended").GetDateTimeOffset(), $"{run} overlaps {next}");
            var owed = run.GetProperty("state").GetString() == "crashed" && Trigger(run) != "recovery";
            Assert.Equal(owed ? "recovery" : "interval", Trigger(next));
        }

        Assert.Contains(runs, run => run.GetProperty("state").GetString() == "crashed");
        Assert.Contains(runs, run => run.GetProperty("state").GetString() == "succeeded");
        static string? Trigger(JsonElement run) => run.GetProperty("trigger").GetString();
    }
}
