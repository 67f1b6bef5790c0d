using System.Diagnostics;
using System.Globalization;
using MarketManager.Host.Daemon;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace MarketManager.Host.Tests.Daemon;

public sealed class NodeDaemonTests : IAsyncDisposable
{
    // A node that writes its pid file and then only sits there; exec keeps the pid and the start.
    private const string Sitting =
        "printf '%s\\n%s\\n%s\\n' $$ $(cut -d' ' -f22 /proc/$$/stat) $(cat /proc/sys/kernel/random/boot_id) > marketmanager.pid; exec sleep 300";

    private readonly string _folder = Directory.CreateTempSubdirectory("daemon-").FullName;
    private readonly StringWriter _error = new(CultureInfo.InvariantCulture);
    private WebApplication? _socket;

    public async ValueTask DisposeAsync()
    {
        if (new PidFile(_folder).Running() is { } left)
        {
            Process.GetProcessById(left.Pid).Kill();
        }

        if (_socket is not null)
        {
            await _socket.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Start_waits_until_the_node_is_ready_and_stop_until_it_is_gone()
    {
        var asked = await AnswerOnSocket();
        var daemon = Daemon();

        Assert.Equal(0, await daemon.Start(Shell(Sitting)));
        var node = daemon.Running!;
        Assert.Equal($"marketmanager started, pid {node.Pid}; log in {_folder}/marketmanager.log\n", Said());
        Assert.True(asked() > 1, "it was asked until it was ready");

        Assert.Equal(0, await daemon.Stop());
        Assert.False(node.IsAlive);
        Assert.Equal($"marketmanager stopped, pid {node.Pid}\n", Said());
    }

    [Fact]
    public async Task Started_node_has_a_session_of_its_own_and_no_terminal()
    {
        await AnswerOnSocket();
        var daemon = Daemon();
        Assert.Equal(0, await daemon.Start(Shell(Sitting)));

        var stat = await File.ReadAllTextAsync($"/proc/{daemon.Running!.Pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');

        Assert.Equal(daemon.Running.Pid.ToString(CultureInfo.InvariantCulture), fields[3]); // its session
        Assert.Equal("0", fields[4]); // its terminal
    }

    [Fact]
    public async Task Start_that_fails_tells_what_the_node_said()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "marketmanager.log"), "from an earlier day\n");

        Assert.Equal(1, await Daemon().Start(Shell("echo 'the port is taken' >&2; exit 1")));

        Assert.Equal("marketmanager did not start; it said:\nthe port is taken\n", Said());
    }

    [Fact]
    public async Task Start_in_a_folder_that_cannot_be_written_says_so()
    {
        var file = Path.Combine(_folder, "a file");
        await File.WriteAllTextAsync(file, string.Empty);
        var folder = Path.Combine(file, "data");

        Assert.Equal(1, await new NodeDaemon(folder, new NodeProbe(Socket), TimeProvider.System, _error).Start(Shell("exit 0")));

        Assert.StartsWith($"the data folder '{folder}' cannot be written (", Said(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_that_finds_the_folder_in_use_is_a_conflict() =>
        Assert.Equal(4, await Daemon().Start(Shell("exit 4")));

    [Fact]
    public async Task Start_while_the_node_runs_is_a_conflict()
    {
        using var node = Process.Start(new ProcessStartInfo("sh", ["-c", Sitting]) { WorkingDirectory = _folder })!;
        Assert.True(SpinWait.SpinUntil(() => Daemon().Running is not null, TimeSpan.FromSeconds(10)));

        Assert.Equal(4, await Daemon().Start(Shell("exit 0")));

        Assert.Equal($"marketmanager runs already on {_folder}, pid {node.Id}\n", Said());
    }

    [Fact]
    public async Task Stop_of_a_node_that_does_not_run_is_done()
    {
        Assert.Equal(0, await Daemon().Stop());
        Assert.Equal($"marketmanager does not run on {_folder}\n", Said());
    }

    [Fact]
    public async Task Stop_never_signals_a_process_that_only_got_the_same_pid()
    {
        using var stranger = Process.Start("sleep", "300");
        await File.WriteAllTextAsync(Path.Combine(_folder, "marketmanager.pid"), $"{stranger.Id}\n1\nanother boot\n");

        Assert.Equal(0, await Daemon().Stop());

        Assert.False(stranger.HasExited);
        stranger.Kill();
    }

    [Fact]
    public async Task Command_of_a_running_process_can_be_repeated()
    {
        using var process = Process.Start(new ProcessStartInfo("sleep", ["300"])
        {
            WorkingDirectory = _folder,
            Environment = { ["MARKETMANAGER_NODE"] = "a=b" },
        })!;
        Assert.True(SpinWait.SpinUntil(() => Command(process)?.Arguments is ["sleep", "300"], TimeSpan.FromSeconds(10)));
        Assert.Equal(_folder, Command(process)!.WorkingDirectory);
        Assert.Equal("a=b", Command(process)!.Environment!["MARKETMANAGER_NODE"]);
        process.Kill();

        static ProgramCommand? Command(Process process) => ProcessIdentity.Of(process.Id) is { } identity ? ProgramCommand.Of(identity) : null;
    }

    private string Socket => Path.Combine(_folder, "marketmanager.sock");

    private NodeDaemon Daemon() => new(_folder, new NodeProbe(Socket), TimeProvider.System, _error);

    private ProgramCommand Shell(string script) => new(["sh", "-c", script], _folder);

    private string Said()
    {
        var said = _error.ToString();
        _error.GetStringBuilder().Clear();
        return said;
    }

    // Ready from the second question on.
    private async Task<Func<int>> AnswerOnSocket()
    {
        var asked = 0;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.ListenUnixSocket(Socket));
        _socket = builder.Build();
        _socket.MapGet("/healthz/ready", () => Interlocked.Increment(ref asked) > 1 ? Results.Ok() : Results.StatusCode(503));
        await _socket.StartAsync();
        return () => Volatile.Read(ref asked);
    }
}
