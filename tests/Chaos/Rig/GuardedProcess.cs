using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace MarketManager.Chaos.Tests.Rig;

/// <summary>A process of the program that is started, harmed and killed, and that ends with this process, however that ends.</summary>
internal sealed class GuardedProcess : IAsyncDisposable
{
    private const int Kept = 200;

    // The shell says who the program is, ends it when the pipe closes, and passes on how it ended.
    private const string Script = """
        exec 3<&0
        "$@" </dev/null 3<&- &
        program=$!
        echo $program
        (cat <&3 >/dev/null; kill -KILL $program 2>/dev/null) >/dev/null 2>&1 &
        guard=$!
        exec 3<&-
        wait $program
        code=$?
        kill $guard 2>/dev/null
        exit $code
        """;

    private readonly Process _shell;
    private readonly StreamWriter? _log;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Task _reading;

    private GuardedProcess(Process shell, int pid, StreamWriter? log)
    {
        (_shell, Pid, _log) = (shell, pid, log);
        _reading = Read();
    }

    /// <summary>The built program.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "marketmanager");

    public int Pid { get; }

    public bool HasEnded => _shell.HasExited;

    /// <summary>The last lines that it said on stderr.</summary>
    public string Said => string.Join('\n', _lines);

    /// <summary>What it writes to stdout, after the line of its guard.</summary>
    public StreamReader Output => _shell.StandardOutput;

    /// <param name="variables">Besides those of this process; the program's alone, not its guard's.</param>
    /// <param name="arguments">Of the program.</param>
    /// <param name="log">A file to which stderr is added; null: none.</param>
    public static async Task<GuardedProcess> Start(IReadOnlyDictionary<string, string> variables, string? log, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("sh", ["-c", Script, "sh", "env", .. variables.Select(variable => $"{variable.Key}={variable.Value}"), Program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MARKETMANAGER_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        var shell = Process.Start(start)!;
        var pid = int.Parse((await shell.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        return new GuardedProcess(shell, pid, log is null ? null : new StreamWriter(log, append: true) { AutoFlush = true });
    }

    /// <summary>Ends it as hard as possible.</summary>
    public async Task Kill()
    {
        if (!HasEnded)
        {
            EndToEnd.Tests.Nodes.Signals.Kill(Pid);
            await _shell.WaitForExitAsync();
        }
    }

    /// <summary>Waits until it has ended, and gives its exit code.</summary>
    public async Task<int> Ended(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        await _shell.WaitForExitAsync(limit.Token);
        return _shell.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        await _reading;
        _shell.Dispose();
        if (_log is not null)
        {
            await _log.DisposeAsync();
        }
    }

    private async Task Read()
    {
        while (await _shell.StandardError.ReadLineAsync() is { } line)
        {
            _lines.Enqueue(line);
            if (_lines.Count > Kept)
            {
                _lines.TryDequeue(out _);
            }

            if (_log is not null)
            {
                await _log.WriteLineAsync(line);
            }
        }
    }
}
