using MarketManager.Actors.Runs;
using MarketManager.Actors.Venues;
using MarketManager.Venues.Ccxt;
using MarketManager.Venues.Tests.Support;

namespace MarketManager.Venues.Tests.Ccxt;

/// <summary>What becomes of workers that die, hang or lie, and of what was asked of them.</summary>
public class WorkerTests
{
    private static readonly TimeSpan RestartLimit = TimeSpan.FromSeconds(10); // two, and a slow machine
    private static readonly Uri Nowhere = new("http://127.0.0.1:9");

    [Fact]
    public async Task A_killed_worker_is_started_again_and_the_other_is_not_touched()
    {
        await using var venues = TestVenues.Start(TestVenues.Options with { Workers = 2 });
        var first = await venues.NextPid(0);
        var second = await venues.NextPid(1);
        await OtherProcess.Signal(first, "KILL");

        await venues.NextPid(0, before: first, within: RestartLimit);
        Assert.Equal(1, venues.Workers.Workers[0].Restarts);
        Assert.Equal((second, 0L), (venues.Workers.Workers[1].Pid, venues.Workers.Workers[1].Restarts));
    }

    [Fact]
    public async Task A_worker_that_is_stopped_by_a_signal_is_replaced()
    {
        await using var venues = TestVenues.Start(Impatient());
        var pid = await venues.NextPid();
        await OtherProcess.Signal(pid, "STOP");

        await venues.NextPid(before: pid);
        Assert.False(OtherProcess.IsAlive(pid));
    }

    [Fact]
    public async Task A_worker_that_hangs_ends_by_itself_when_its_parent_does_not_see_it()
    {
        var options = Impatient();
        using var starter = new ProcessStarter();
        var info = new System.Diagnostics.ProcessStartInfo("node", [options.WorkerScript, "--lease", "500"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var worker = await starter.Start(info);
        await worker.StandardOutput.ReadLineAsync();

        // Nobody sends it heartbeats: from inside, that looks as if its main thread did not take them.
        await Eventually.Holds("the worker is gone", () => worker.HasExited);
        Assert.Equal(137, worker.ExitCode);
    }

    [Theory]
    [InlineData("garbage.mjs")]
    [InlineData("stranger.mjs")]
    [InlineData("chatterbox.mjs")]
    [InlineData("hungry.mjs")]
    public async Task A_worker_that_cannot_be_trusted_is_killed_and_its_gathers_fail_as_lost(string script)
    {
        await using var venues = TestVenues.Start(
            TestVenues.Options with { WorkerScript = Repository.Fake(script), MemoryMegabytes = 300 }, Nowhere);
        var pid = await venues.NextPid();

        var error = await Assert.ThrowsAsync<VenueException>(() => venues.GatherSim());

        Assert.Equal(ErrorKinds.WorkerLost, error.Kind);
        await venues.NextPid(before: pid);
        Assert.False(OtherProcess.IsAlive(pid));
    }

    [Theory]
    [InlineData("stillborn.mjs", "node")]
    [InlineData("garbage.mjs", "/nowhere/node")]
    public async Task A_worker_that_does_not_start_fails_those_who_wait_for_it(string script, string node)
    {
        await using var venues = TestVenues.Start(
            TestVenues.Options with { WorkerScript = Repository.Fake(script), Node = node }, Nowhere);

        var error = await Assert.ThrowsAsync<VenueException>(() => venues.GatherSim());

        Assert.Equal(ErrorKinds.WorkerLost, error.Kind);
        await Eventually.Holds("it is tried again", () => venues.Workers.Workers[0].Restarts >= 3);
        Assert.Empty(venues.Catalog.All);
    }

    [Fact]
    public async Task Shutting_down_leaves_no_worker_and_no_one_waiting()
    {
        var venues = TestVenues.Start(TestVenues.Options with { WorkerScript = Repository.Fake("garbage.mjs"), Workers = 2 }, Nowhere);
        var pids = new[] { await venues.NextPid(0), await venues.NextPid(1) };
        await venues.DisposeAsync();

        Assert.All(pids, pid => Assert.False(OtherProcess.IsAlive(pid)));
        Assert.All(venues.Workers.Workers, worker => Assert.Equal("stopped", worker.State));
        var error = await Assert.ThrowsAsync<VenueException>(() => venues.GatherSim());
        Assert.Equal(ErrorKinds.WorkerLost, error.Kind);
    }

    private static CcxtOptions Impatient() => TestVenues.Options with
    {
        Lease = TimeSpan.FromSeconds(2),
        Patience = TimeSpan.FromSeconds(2),
        Heartbeat = TimeSpan.FromMilliseconds(200),
    };
}
