using System.Diagnostics;
using System.Globalization;
using MarketManager.Venues.Ccxt;
using MarketManager.Venues.Tests.Support;

namespace MarketManager.Venues.Tests.Ccxt;

/// <summary>A worker never outlives its parent, however that dies, nor a parent that is frozen for longer than a lease.</summary>
public class OrphanTests
{
    private const string Patient = "600000";

    [Fact]
    public async Task Parent_that_is_killed_leaves_no_worker()
    {
        using var parent = StartParent("node", Repository.WorkerScript, "--lease", Patient);
        var worker = await WorkerOf(parent);
        await OtherProcess.Signal(parent.Id, "KILL");

        await Eventually.Holds("the worker is gone", () => !OtherProcess.IsAlive(worker));
    }

    [Fact]
    public async Task Parent_that_is_killed_leaves_no_worker_that_is_stopped()
    {
        using var parent = StartParent("setpriv", "--pdeathsig", "KILL", "--", "node", Repository.WorkerScript, "--lease", Patient);
        var worker = await WorkerOf(parent);
        await OtherProcess.Signal(worker, "STOP");
        await OtherProcess.Signal(parent.Id, "KILL");

        await Eventually.Holds("the worker is gone", () => !OtherProcess.IsAlive(worker));
    }

    [Fact]
    public async Task Parent_that_is_frozen_loses_its_worker()
    {
        using var parent = StartParent("node", Repository.WorkerScript, "--lease", "2000");
        var worker = await WorkerOf(parent);
        await OtherProcess.Signal(parent.Id, "STOP");

        await Eventually.Holds("the worker is gone", () => !OtherProcess.IsAlive(worker));
        await OtherProcess.Signal(parent.Id, "KILL");
    }

    [Fact]
    public async Task Worker_that_is_too_busy_to_hear_its_parent_for_a_lease_goes_on()
    {
        using var worker = StartWorker(Repository.Fake("busy.mjs"));
        await worker.StandardInput.WriteLineAsync("I am alive");
        worker.StandardInput.Close();

        Assert.Equal("heard nothing\n", await worker.StandardOutput.ReadToEndAsync());
        await worker.WaitForExitAsync();
        Assert.Equal(0, worker.ExitCode); // it came to the end of its input
    }

    [Fact]
    public async Task Worker_that_reads_garbage_ends()
    {
        using var worker = StartWorker(Repository.WorkerScript);
        await worker.StandardInput.WriteLineAsync("what?");
        await worker.StandardInput.FlushAsync();

        await Eventually.Holds("the worker is gone", () => worker.HasExited);
        Assert.Equal(1, worker.ExitCode);
        Assert.Equal("stdin: a line that is not JSON\n", await worker.StandardError.ReadToEndAsync());
    }

    [Fact]
    public async Task Process_that_is_started_for_us_would_die_with_us()
    {
        using var starter = new ProcessStarter();
        using var child = await starter.Start(new ProcessStartInfo("sleep", ["600"]));
        await Eventually.Holds("it has asked for the signal", () => File.ReadAllText($"/proc/{child.Id}/comm") == "sleep\n");

        starter.Dispose(); // the thread that forked it ends, as it would with the process

        await Eventually.Holds("the child is gone", () => child.HasExited);
        Assert.Equal(137, child.ExitCode);
    }

    private static Process StartWorker(string script) =>
        Process.Start(new ProcessStartInfo("node", [script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    private static Process StartParent(params string[] command) => Process.Start(
        new ProcessStartInfo("node", [Repository.Fake("parent.mjs"), .. command]) { RedirectStandardOutput = true })!;

    private static async Task<int> WorkerOf(Process parent) =>
        int.Parse((await parent.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
}
