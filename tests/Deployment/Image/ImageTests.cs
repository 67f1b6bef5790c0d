using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using Xunit;

namespace MarketManager.Deployment.Tests.Image;

public sealed partial class ImageTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _name = $"marketmanager-test-{Environment.ProcessId}";
    private readonly Socket _manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public ImageTests() => _manager.Bind(new UnixDomainSocketEndPoint("\0" + _name));

    [FactAsRoot]
    public async Task Image_runs_without_root_on_a_read_only_file_system_and_says_how_it_is()
    {
        using var image = await PlainImage.Build();
        using var container = new PlainContainer(image) { Variables = { ["MARKETMANAGER_BEHIND_PROXY"] = "true", ["MARKETMANAGER_URLS"] = "http://*:0" } };
        Assert.NotEqual(0, (await Programs.Run(container.Command("touch", "/app/written"))).ExitCode);
        await Succeeds(container.Command("/app/marketmanager", "keys", "add", "ops", "--role", "admin"));

        container.Variables["NOTIFY_SOCKET"] = "@" + _name;
        container.Variables["WATCHDOG_USEC"] = "20000000";
        using var node = Process.Start(container.Command(image.Settings.Command))!;
        try
        {
            using var http = new HttpClient { BaseAddress = await AddressOf(node) };
            Assert.StartsWith("READY=1\nSTATUS=ready on http://", await Receive(), StringComparison.Ordinal);
            Assert.Equal("WATCHDOG=1", await Receive());

            // With it, Node and ccxt: no worker, not ready.
            await Until("the node is ready", async () => (await http.GetAsync("healthz/ready")).StatusCode == HttpStatusCode.OK);
            await Succeeds(WithoutManager(container).Command(image.Settings.HealthCheck));

            Assert.Equal(0, Signal(node.Id, 15));
            Assert.Equal("STOPPING=1\nSTATUS=stops", await ReceiveOther("WATCHDOG=1"));
            await node.WaitForExitAsync().WaitAsync(Patience);
            Assert.Equal(0, node.ExitCode);
            Assert.Equal(3, (await Programs.Run(container.Command(image.Settings.HealthCheck))).ExitCode);
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill(entireProcessTree: true);
                await node.WaitForExitAsync();
            }
        }
    }

    public void Dispose() => _manager.Dispose();

    private static PlainContainer WithoutManager(PlainContainer container)
    {
        container.Variables.Remove("NOTIFY_SOCKET");
        return container;
    }

    private static async Task Succeeds(ProcessStartInfo command)
    {
        var (exitCode, output, error) = await Programs.Run(command);
        Assert.True(exitCode == 0, $"{exitCode}\n{output}{error}");
    }

    // It logs where it listens; what it logs is read to its end, so that it never waits for a full pipe.
    private static async Task<Uri> AddressOf(Process node)
    {
        var lines = Channel.CreateUnbounded<string>();
        node.ErrorDataReceived += (_, line) => _ = line.Data is { } text ? lines.Writer.TryWrite(text) : lines.Writer.TryComplete();
        node.BeginErrorReadLine();
        node.BeginOutputReadLine();
        var log = new StringBuilder();
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var line in lines.Reader.ReadAllAsync(patience.Token))
        {
            if (ReadyLine().Match(line) is { Success: true } match)
            {
                return new Uri($"http://127.0.0.1:{match.Groups[1].Value}");
            }

            log.AppendLine(line);
        }

        throw new InvalidOperationException($"the node ended before it was ready:\n{log}");
    }

    private static async Task Until(string what, Func<Task<bool>> holds)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"waited in vain until {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    private async Task<string> Receive()
    {
        var buffer = new byte[1024];
        using var patience = new CancellationTokenSource(Patience);
        return Encoding.UTF8.GetString(buffer, 0, await _manager.ReceiveAsync(buffer, SocketFlags.None, patience.Token));
    }

    private async Task<string> ReceiveOther(string than)
    {
        string text;
        do
        {
            text = await Receive();
        }
        while (text == than);
        return text;
    }

    [GeneratedRegex(@"is ready on http://[^ ,;]*:(\d+)")]
    private static partial Regex ReadyLine();

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int pid, int signal);

    private sealed class FactAsRootAttribute : FactAttribute
    {
        public FactAsRootAttribute() => Skip = Environment.IsPrivilegedProcess && CanMount() ? null : "becoming another user, and mounting, needs root";

        private static bool CanMount()
        {
            using var process = Process.Start("unshare", ["--mount", "true"]);
            process.WaitForExit();
            return process.ExitCode == 0;
        }
    }
}
