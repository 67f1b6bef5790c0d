using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MarketManager.EndToEnd.Tests.Nodes;

/// <summary>A node in a process of its own, reached as any client reaches it.</summary>
internal sealed partial class RunningNode : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningNode(Process process)
    {
        _process = process;
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    /// <summary>Speaks to it over TCP.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>Speaks to the simulator of a demo node.</summary>
    public Uri Simulator => new(SimulatorLine().Match(Log).Groups[1].Value);

    public int Pid => _process.Id;

    /// <summary>What it logged so far.</summary>
    public string Log => string.Join('\n', _log);

    /// <summary>Starts a node on a free port and waits until it is ready.</summary>
    public static Task<RunningNode> Start(DataFolder data, params IEnumerable<string> options) =>
        Start(data, new Dictionary<string, string>(), options);

    /// <summary>Starts one with variables besides those of this process; where it listens may be an option.</summary>
    public static async Task<RunningNode> Start(
        DataFolder data, IReadOnlyDictionary<string, string> variables, IEnumerable<string> options)
    {
        var node = await Launch(data, variables, options);
        await Until("the node is ready", async () => (await node.Http.GetAsync("healthz/ready")).StatusCode == HttpStatusCode.OK);
        return node;
    }

    /// <summary>Starts one and waits until it listens: of itself it may be ready, and still not by what it finds.</summary>
    public static async Task<RunningNode> Launch(
        DataFolder data, IReadOnlyDictionary<string, string> variables, IEnumerable<string> options)
    {
        List<string> arguments = ["run", "--data", data.Path, .. options];
        if (!arguments.Contains("--urls"))
        {
            arguments.AddRange(["--urls", "http://127.0.0.1:0"]);
        }

        var node = new RunningNode(Invocation.Start(variables, arguments));
        var ended = node._process.WaitForExitAsync();
        var first = await Task.WhenAny(node._ready.Task, ended).WaitAsync(Invocation.Patience);
        if (first == ended)
        {
            throw new InvalidOperationException($"the node ended with {node._process.ExitCode}:\n{node.Log}");
        }

        // Whom nodes trust is a matter of their own; this only wants to talk to the one that it has started.
        node.Http = new HttpClient(new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
        })
        {
            BaseAddress = await node._ready.Task,
        };
        return node;
    }

    public async Task<JsonElement> Get(string path) => await Http.GetFromJsonAsync<JsonElement>(path);

    /// <summary>Asks it and its workers to end, as a terminal and a service manager do.</summary>
    /// <returns>Its exit code, and how long it took.</returns>
    public async Task<(int ExitCode, TimeSpan Took)> Stop()
    {
        var workers = (await Get("api/status/")).GetProperty("workers").EnumerateArray().Select(w => w.GetProperty("pid").GetInt32()).ToList();
        var began = TimeProvider.System.GetTimestamp();
        foreach (var pid in workers.Prepend(Pid))
        {
            Signals.Terminate(pid);
        }

        await _process.WaitForExitAsync().WaitAsync(Invocation.Patience);
        return (_process.ExitCode, TimeProvider.System.GetElapsedTime(began));
    }

    /// <summary>Waits for its end, for which it was given a reason.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> Ended(TimeSpan within)
    {
        await _process.WaitForExitAsync().WaitAsync(within);
        return _process.ExitCode;
    }

    /// <summary>Ends it as hard as possible.</summary>
    public async Task KillHard()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillHard();
        }

        Http?.Dispose();
        _process.Dispose();
    }

    /// <summary>Waits until something holds; what it was says why it is waited for.</summary>
    public static async Task Until(string what, Func<Task<bool>> holds)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert(TimeProvider.System.GetElapsedTime(began) < Invocation.Patience, what);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    private static void Assert(bool holds, string what)
    {
        if (!holds)
        {
            throw new TimeoutException($"waited in vain until {what}");
        }
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        _log.Enqueue(line);
        if (ReadyLine().Match(line) is { Success: true } match)
        {
            _ready.TrySetResult(new Uri(match.Groups[1].Value));
        }
    }

    [GeneratedRegex(@"is ready on (https?://127\.0\.0\.1:\d+)")]
    private static partial Regex ReadyLine();

    [GeneratedRegex(@"simulator answers on (http://127\.0\.0\.1:\d+)")]
    private static partial Regex SimulatorLine();
}
