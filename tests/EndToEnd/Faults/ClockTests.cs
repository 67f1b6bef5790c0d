using System.Text.Json;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Faults;

/// <summary>Somebody sets the machine's clock, under a running node or while it is down.</summary>
/// <remarks>A clock that steps never starts runs in a bunch, nor holds them up, and loses nothing.</remarks>
public sealed class ClockTests
{
    private const int Interval = 1;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task Clock_set_forward_starts_no_bunch_and_goes_on_at_the_interval()
    {
        using var clock = new SettableClock();
        await using var rig = await NodeOnSimulator.Make(clock.Variables);
        var id = await rig.Create(interval: Interval, enabled: true);
        var before = await RunsAfter(rig, id, [], 3);

        var began = TimeProvider.System.GetTimestamp();
        clock.Set(Hour);
        var after = await RunsAfter(rig, id, before, 5);

        AssertNoBunch(after.Length - before.Length, began);
        AssertInOrder(after);
        var anchor = Due(after[0]);
        Assert.All(after, run => Assert.Equal(0, (Due(run) - anchor).Ticks % TimeSpan.FromSeconds(Interval).Ticks));
        Assert.Equal(after.Select(Due).Distinct().Order(), after.Select(Due));
        Assert.True(Due(after[^1]) - Due(before[^1]) > Hour, "the slots of the hour that never was are skipped");
        await AssertNextIsNear(rig, id, clock);
    }

    [Fact]
    public async Task Clock_set_back_holds_nothing_up_and_goes_on_at_the_interval()
    {
        using var clock = new SettableClock();
        await using var rig = await NodeOnSimulator.Make(clock.Variables);
        var id = await rig.Create(interval: Interval, enabled: true);
        var before = await RunsAfter(rig, id, [], 3);

        var began = TimeProvider.System.GetTimestamp();
        clock.Set(-Hour);
        var after = await RunsAfter(rig, id, before, 5);

        AssertNoBunch(after.Length - before.Length, began);
        AssertInOrder(after);
        await AssertNextIsNear(rig, id, clock);
    }

    [Fact]
    public async Task Clock_set_back_while_the_node_was_killed_does_not_hold_it_up_for_an_hour()
    {
        using var clock = new SettableClock();
        await using var rig = await NodeOnSimulator.Make(clock.Variables);
        var id = await rig.Create(interval: Interval, enabled: true);
        var before = await RunsAfter(rig, id, [], 3);

        var began = TimeProvider.System.GetTimestamp();
        await rig.Node.KillHard();
        clock.Set(-Hour);
        await rig.KillAndStart();
        var after = await RunsAfter(rig, id, before, 4);

        AssertNoBunch(after.Length - before.Length, began);
        AssertInOrder(after);
        await AssertNextIsNear(rig, id, clock);
    }

    /// <summary>All ended runs, oldest first, once there are so many more; what was told before is still there, and as it was.</summary>
    private static async Task<JsonElement[]> RunsAfter(NodeOnSimulator rig, long exchange, JsonElement[] before, int more)
    {
        JsonElement[] runs = [];
        await RunningNode.Until($"{more} more runs have ended", async () =>
        {
            runs = [.. (await rig.Runs(exchange)).Where(run => run.GetProperty("ended").ValueKind == JsonValueKind.String)];
            return runs.Length >= before.Length + more;
        });
        Assert.Equal(before.Select(run => run.ToString()), runs.Take(before.Length).Select(run => run.ToString()));
        return runs;
    }

    /// <summary>A slow machine makes fewer runs in a time, never more: one for each interval, one at each end, one recovery.</summary>
    private static void AssertNoBunch(int runs, long began) =>
        Assert.InRange(runs, 0, (int)(TimeProvider.System.GetElapsedTime(began).TotalSeconds / Interval) + 3);

    private static void AssertInOrder(JsonElement[] runs)
    {
        Assert.All(runs.Zip(runs.Skip(1)), pair => Assert.True(
            Time(pair.Second, "started") >= Time(pair.First, "ended") && Time(pair.Second, "started") > Time(pair.First, "started"),
            $"{pair.First} overlaps {pair.Second}"));
        Assert.All(runs, run => Assert.Contains(run.GetProperty("state").GetString(), (string[])["succeeded", "crashed"]));
        Assert.All(runs.Where(run => run.GetProperty("state").GetString() == "crashed"), run => Assert.Equal(
            "process_died", run.GetProperty("error").GetProperty("kind").GetString()));
    }

    private static async Task AssertNextIsNear(NodeOnSimulator rig, long exchange, SettableClock clock)
    {
        var next = (await rig.Exchange(exchange)).GetProperty("status").GetProperty("next_run").GetDateTimeOffset();
        Assert.InRange(next, clock.Now - TimeSpan.FromMinutes(1), clock.Now + TimeSpan.FromSeconds(Interval + 1));
    }

    private static DateTimeOffset Due(JsonElement run) => Time(run, "due");

    private static DateTimeOffset Time(JsonElement run, string field) => run.GetProperty(field).GetDateTimeOffset();
}
