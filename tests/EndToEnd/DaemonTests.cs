using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests;

public sealed class DaemonTests : IDisposable
{
    private readonly DataFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Daemon_is_started_asked_restarted_and_stopped()
    {
        Assert.Equal(3, (await Manage("status")).ExitCode);

        var started = await Manage("start", "--urls", "http://127.0.0.1:0");
        Assert.True(started.ExitCode == 0, started.Error);
        var first = _data.Pid;
        Assert.Equal(0, (await Manage("status")).ExitCode);
        Assert.Equal(4, (await Manage("start")).ExitCode);

        Assert.Equal(0, (await Manage("restart")).ExitCode);
        Assert.NotEqual(first, _data.Pid);

        Assert.Equal(0, (await Manage("stop")).ExitCode);
        Assert.Equal(3, (await Manage("status")).ExitCode);
        Assert.Equal(0, (await Manage("stop")).ExitCode);
    }

    [Fact]
    public async Task Restart_keeps_what_variables_had_told_the_node()
    {
        var variables = new Dictionary<string, string> { ["MARKETMANAGER_NODE"] = "by-variable", ["MARKETMANAGER_URLS"] = "http://127.0.0.1:0" };
        var started = await Invocation.Run(variables, ["start", "--data", _data.Path]);
        Assert.True(started.ExitCode == 0, started.Error);

        Assert.Equal(0, (await Manage("restart")).ExitCode);
        Assert.Equal("by-variable", await NodeName());
        Assert.Equal(0, (await Manage("restart", "--log-level", "warning")).ExitCode);
        Assert.Equal("by-variable", await NodeName());

        var now = new Dictionary<string, string> { ["MARKETMANAGER_NODE"] = "set-now" };
        Assert.Equal(0, (await Invocation.Run(now, ["restart", "--data", _data.Path])).ExitCode);
        Assert.Equal("set-now", await NodeName());
        Assert.Equal(0, (await Manage("stop")).ExitCode);
    }

    [Fact]
    public async Task Socket_is_for_its_user_alone()
    {
        await using var node = await RunningNode.Start(_data);
        var mode = File.GetUnixFileMode(Path.Combine(_data.Path, "marketmanager.sock"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
    }

    [Fact]
    public async Task Start_that_fails_says_why()
    {
        await using var other = await RunningNode.Start(_data);
        using var data = new DataFolder();
        var taken = other.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);

        var failed = await Invocation.Run("start", "--data", data.Path, "--urls", taken);

        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("address already in use", failed.Error, StringComparison.Ordinal);
        Assert.Null(data.Pid);
    }

    [Fact]
    public async Task Second_node_on_a_data_folder_is_a_conflict()
    {
        await using var node = await RunningNode.Start(_data);

        var second = await Manage("run", "--urls", "http://127.0.0.1:0");

        Assert.Equal(4, second.ExitCode);
        Assert.Contains(_data.Path, second.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await Manage("status")).ExitCode);
    }

    [Fact]
    public async Task Wrong_setting_is_wrong_usage_and_names_the_nearest()
    {
        var option = await Manage("run", "--urlz", "http://127.0.0.1:0");
        Assert.Equal(2, option.ExitCode);
        Assert.Contains("'--urlz'; did you mean '--urls'?", option.Error, StringComparison.Ordinal);

        var value = await Manage("run", "--workers", "none");
        Assert.Equal(2, value.ExitCode);
        Assert.Contains("--workers must be a whole number from 1 to 64, not 'none'", value.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Database_is_backed_up_beside_the_node_checked_and_restored()
    {
        var backup = Path.Combine(_data.Path, "backup.db");
        await using (var node = await RunningNode.Start(_data))
        {
            Assert.Equal(0, (await Manage("exchanges", "add", "Kept", "--venue", "sim", "--disabled")).ExitCode);
            Assert.Equal(0, (await Manage("storage", "backup", backup)).ExitCode);
            Assert.Equal(0, (await Manage("exchanges", "remove", "Kept", "--yes")).ExitCode);
            Assert.Equal(4, (await Manage("storage", "restore", backup)).ExitCode);
            await node.Stop();
        }

        Assert.Equal(0, (await Manage("storage", "restore", backup)).ExitCode);
        Assert.Equal(0, (await Manage("storage", "check")).ExitCode);
        await using var again = await RunningNode.Start(_data);
        Assert.Contains("Kept", (await Manage("exchanges", "list")).Out, StringComparison.Ordinal);
    }

    private async Task<string?> NodeName()
    {
        using var status = System.Text.Json.JsonDocument.Parse((await Manage("status", "--output", "json")).Out);
        return status.RootElement.GetProperty("node").GetString();
    }

    private Task<Outcome> Manage(params string[] arguments) => Invocation.Run([.. arguments, "--data", _data.Path]);
}
