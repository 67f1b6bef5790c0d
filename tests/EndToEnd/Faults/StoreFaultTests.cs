using System.Text.Json;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Faults;

/// <summary>A database that cannot be written: clear errors, nothing changed, and it goes on by itself.</summary>
public sealed class StoreFaultTests
{
    private const string HeldOnce = $$"""{"kind":"hang","path":"{{RunningSimulator.Tickers}}","count":1}""";

    [Fact]
    public async Task Locked_database_refuses_changes_and_runs_go_on_when_it_is_free()
    {
        await using var rig = await NodeOnSimulator.Make();
        var id = await rig.Create();
        var going = await rig.Create(interval: 1, enabled: true);
        await RunningNode.Until("it runs", async () => (await rig.Exchange(going)).GetProperty("last_update").ValueKind == JsonValueKind.String);
        var before = await rig.Ask("GET", $"api/exchanges/{id}/");

        string latest;
        using (new DatabaseLock(rig.Data))
        {
            await RefusesEveryChange(rig, id, 503);
            Assert.Equal(before.Text, (await rig.Ask("GET", $"api/exchanges/{id}/")).Text);
            Assert.Equal(503, (await rig.Ask("GET", "healthz/ready")).Code);
            Assert.Equal(200, (await rig.Ask("GET", "healthz/live")).Code);
            latest = await LatestSuccess(rig, going);
        }

        await GoesOn(rig, id, going, latest, before);
    }

    [DiskFact]
    public async Task Full_disk_refuses_changes_and_runs_go_on_when_there_is_room()
    {
        using var data = new DataFolder();
        using var disk = new SmallDisk(data.Path, 16);
        await using var rig = await NodeOnSimulator.Make(data);
        var id = await rig.Create();
        var going = await rig.Create(interval: 1, enabled: true);
        await RunningNode.Until("it runs", async () => (await rig.Exchange(going)).GetProperty("last_update").ValueKind == JsonValueKind.String);
        var before = await rig.Ask("GET", $"api/exchanges/{id}/");

        await Fill(disk, rig, id);
        var full = await rig.Ask("GET", $"api/exchanges/{id}/");
        await RefusesEveryChange(rig, id, 507);
        Assert.Equal(full.Text, (await rig.Ask("GET", $"api/exchanges/{id}/")).Text);
        var latest = await LatestSuccess(rig, going);
        disk.Free();

        await GoesOn(rig, id, going, latest, full);
        await rig.KillAndStart();
        Assert.Equal(before["created"], (await rig.Ask("GET", $"api/exchanges/{id}/"))["created"]);
    }

    [DiskFact]
    public async Task Deletion_on_a_full_disk_is_refused_and_the_run_goes_on()
    {
        using var data = new DataFolder();
        using var disk = new SmallDisk(data.Path, 16);
        await using var rig = await NodeOnSimulator.Make(data);
        var other = await rig.Create();
        var (id, run) = await BeginHeldRun(rig);

        await Fill(disk, rig, other);
        Assert.Equal(507, (await rig.Ask("DELETE", $"api/exchanges/{id}/")).Code);
        var status = (await rig.Exchange(id)).GetProperty("status");
        Assert.Equal(("running", run), (status.GetProperty("state").GetString(), status.GetProperty("last_run_id").GetString()));
        disk.Free();

        // The request that hung was given up by the worker, and the run's second attempt brought what it was to bring.
        Assert.Equal("succeeded - 2", NodeOnSimulator.Outcome(await rig.Ended(id, run)));
        Assert.Equal(204, (await rig.Ask("DELETE", $"api/exchanges/{id}/")).Code);
    }

    [DiskFact]
    public async Task Deletion_whose_end_finds_the_disk_full_ends_when_there_is_room()
    {
        using var data = new DataFolder();
        using var disk = new SmallDisk(data.Path, 16);
        await using var rig = await NodeOnSimulator.Make(data);
        var other = await rig.Create();
        var (id, run) = await BeginHeldRun(rig);
        var path = $"api/exchanges/{id}/";

        // A frozen worker does not let go of the run: time to fill the disk between the decision and the end.
        var worker = Assert.Single(await rig.Workers());
        Signals.Freeze(worker);
        var deletion = rig.Ask("DELETE", path);
        await RunningNode.Until("the deletion is decided", async () => (await rig.Ask("PATCH", path, """{"interval":77}""")).Code == 409);
        await Fill(disk, rig, other);
        Signals.Kill(worker);
        await RunningNode.Until("the end was tried", () => Task.FromResult(rig.Node.Log.Contains($"could not keep the end of run {run}", StringComparison.Ordinal)));
        Assert.Equal((false, 200), (deletion.IsCompleted, (await rig.Ask("GET", path)).Code));
        disk.Free();

        Assert.Equal(204, (await deletion).Code);
        Assert.Equal(404, (await rig.Ask("GET", path)).Code);
        Assert.Equal("cancelled deleted 1", NodeOnSimulator.Outcome(Assert.Single(await rig.Runs(id))));
    }

    [Fact]
    public async Task Deletion_whose_process_is_killed_in_between_is_made_by_the_next()
    {
        await using var rig = await NodeOnSimulator.Make();
        var (id, _) = await BeginHeldRun(rig);
        var path = $"api/exchanges/{id}/";
        Signals.Freeze(Assert.Single(await rig.Workers()));
        var deletion = rig.Ask("DELETE", path);
        await RunningNode.Until("the deletion is decided", async () => (await rig.Ask("PATCH", path, """{"interval":77}""")).Code == 409);

        await rig.KillAndStart();

        // Its connection breaks, or its client is closed with the node before it notices.
        Assert.True(await Record.ExceptionAsync(() => deletion) is HttpRequestException or TaskCanceledException);
        Assert.Equal(404, (await rig.Ask("GET", path)).Code);
        Assert.Equal("cancelled deleted 1", NodeOnSimulator.Outcome(Assert.Single(await rig.Runs(id))));
    }

    [DiskFact]
    public async Task Node_on_a_read_only_disk_does_not_start_and_says_why()
    {
        using var data = new DataFolder();
        using var disk = new SmallDisk(data.Path, 16);
        disk.MakeReadOnly();

        var outcome = await Invocation.Run("run", "--data", data.Path, "--urls", "http://127.0.0.1:0");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains($"the data folder '{data.Path}' cannot be written", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_whose_data_folder_is_a_file_does_not_start_and_says_why()
    {
        var file = Path.GetTempFileName();
        var outcome = await Invocation.Run("run", "--data", file, "--urls", "http://127.0.0.1:0");
        File.Delete(file);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains($"'{file}' is a file, not a folder", outcome.Error, StringComparison.Ordinal);
    }

    private static async Task RefusesEveryChange(NodeOnSimulator rig, long id, int status)
    {
        var counts = await Task.WhenAll(Count(rig, "exchanges"), Count(rig, "keys"));
        (string Method, string Path, string? Body)[] changes =
        [
            ("POST", "api/exchanges/", """{"name":"Refused","venue":"sim"}"""),
            ("PATCH", $"api/exchanges/{id}/", """{"interval":77}"""),
            ("POST", $"api/exchanges/{id}/run/", null),
            ("DELETE", $"api/exchanges/{id}/", null),
            ("POST", "api/pause/", null),
            ("POST", "api/keys/", """{"name":"refused","role":"viewer"}"""),
        ];
        foreach (var (method, path, body) in changes)
        {
            var reply = await rig.Ask(method, path, body);
            Assert.True(reply.Code == status, $"{method} {path}: {reply.Text}");
            Assert.Equal(status == 503, reply.Message.Headers.RetryAfter is not null);
        }

        Assert.Equal(counts, await Task.WhenAll(Count(rig, "exchanges"), Count(rig, "keys")));
        Assert.False((await rig.Node.Get("api/status/")).GetProperty("paused").GetBoolean());
    }

    private static async Task GoesOn(NodeOnSimulator rig, long id, long going, string latest, Reply before)
    {
        await RunningNode.Until("it runs again", async () => string.CompareOrdinal(await LatestSuccess(rig, going), latest) > 0);
        await RunningNode.Until("it is ready", async () => (await rig.Ask("GET", "healthz/ready")).Code == 200);
        Assert.Equal("succeeded - 1", NodeOnSimulator.Outcome(await rig.Run(id)));
        Assert.Equal(before["updated"], (await rig.Ask("GET", $"api/exchanges/{id}/"))["updated"]);
        Assert.Single(await rig.Runs(id));
        Assert.Equal(200, (await rig.Ask("PATCH", $"api/exchanges/{id}/", """{"interval":78}""")).Code);
    }

    private static async Task<(long Exchange, string Run)> BeginHeldRun(NodeOnSimulator rig)
    {
        await rig.Venue.Order(HeldOnce);
        var id = await rig.Create();
        var run = await rig.Begin(id);
        await RunningNode.Until("the worker gathers", async () => await rig.Venue.Asked(RunningSimulator.Tickers) == 1);
        return (id, run);
    }

    // What is free inside the write-ahead log is used up by changes of an exchange.
    private static async Task Fill(SmallDisk disk, NodeOnSimulator rig, long id)
    {
        disk.Fill();
        var size = 100;
        await RunningNode.Until("the write-ahead log has no room either", async () => (await Fatten(rig, id, size++)).Code == 507);
    }

    private static Task<Reply> Fatten(NodeOnSimulator rig, long id, int size)
    {
        var symbols = Enumerable.Range(0, size).Select(i => $"{new string('A', 50)}{i}/USDT");
        return rig.Ask("PATCH", $"api/exchanges/{id}/", JsonSerializer.Serialize(new { options = new { markets = new { symbols } } }));
    }

    private static async Task<string> LatestSuccess(NodeOnSimulator rig, long id) => (await rig.Exchange(id)).GetProperty("last_update").GetString()!;

    private static async Task<int> Count(NodeOnSimulator rig, string what) => (await rig.Node.Get($"api/{what}/")).GetProperty("count").GetInt32();
}
