using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace MarketManager.Benchmarks.WholeNode;

/// <summary>A process that takes part in a benchmark: its lines, its processor time, its end.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private const int Go = 18;
    private const int Stop = 19;
    private const int KeptErrors = 30;
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();

    // Who does not read its lines does not want them: the oldest go.
    private readonly Channel<string> _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropOldest });

    private ChildProcess(Process process)
    {
        _process = process;
        _ = Pump(process.StandardOutput, line => _lines.Writer.TryWrite(line), () => _lines.Writer.Complete());
        _ = Pump(process.StandardError, Keep, () => { });
    }

    /// <summary>Of this process and of all below it, in seconds.</summary>
    public double CpuSeconds => Tree(_process.Id).Sum(CpuOf);

    /// <summary>Of this process alone, in seconds.</summary>
    public double OwnCpuSeconds => CpuOf(_process.Id);

    /// <summary>Starts a program without any of this one's settings.</summary>
    public static ChildProcess Start(string program, params IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        foreach (var name in info.Environment.Keys.Where(name => name.StartsWith("MARKETMANAGER_", StringComparison.Ordinal)).ToList())
        {
            info.Environment.Remove(name);
        }

        return new ChildProcess(Process.Start(info)!);
    }

    /// <summary>Runs a program to its end and gives what it wrote.</summary>
    public static async Task<IReadOnlyList<string>> Run(string program, params IEnumerable<string> arguments)
    {
        await using var child = Start(program, arguments);
        return await child._lines.Reader.ReadAllAsync().ToListAsync();
    }

    /// <summary>The next line of its output.</summary>
    /// <exception cref="InvalidOperationException">It ended instead.</exception>
    public async Task<string> ReadLine() =>
        await _lines.Reader.WaitToReadAsync() && _lines.Reader.TryRead(out var line) ? line : throw Ended();

    /// <summary>Sends it a line and gives the line that it answers.</summary>
    public async Task<string> Ask(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await ReadLine();
    }

    /// <summary>Throws where it has ended, with what it complained about.</summary>
    public void ThrowIfEnded()
    {
        if (_process.HasExited)
        {
            throw Ended();
        }
    }

    /// <summary>SIGKILL.</summary>
    public void Kill() => _process.Kill();

    /// <summary>SIGSTOP; what it started goes on.</summary>
    public void Freeze() => Send(Stop);

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Send(Go);

    /// <summary>SIGTERM, and waits for the end; makes it end where it does not.</summary>
    public async Task End()
    {
        using var patience = new CancellationTokenSource(StopPatience);
        try
        {
            Send(Terminate);
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        await End();
        _process.Dispose();
    }

    private static async Task Pump(StreamReader from, Action<string> to, Action end)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            to(line);
        }

        end();
    }

    private static IEnumerable<int> Tree(int root)
    {
        var parents = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var pid) ? pid : 0)
            .Where(pid => pid != 0)
            .ToLookup(pid => Stat(pid) is { Length: > 1 } stat ? int.Parse(stat[1], CultureInfo.InvariantCulture) : 0);
        return Below(root);

        IEnumerable<int> Below(int pid) => parents[pid].SelectMany(Below).Prepend(pid);
    }

    private static double CpuOf(int pid) => Stat(pid) is { Length: > 12 } stat
        ? (long.Parse(stat[11], CultureInfo.InvariantCulture) + long.Parse(stat[12], CultureInfo.InvariantCulture)) / TicksPerSecond
        : 0;

    // What follows the name, which may hold anything: state, parent, ... user time, system time; see proc(5).
    private static string[]? Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null; // it has ended
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);

    private void Send(int signal)
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, signal);
        }
    }

    private void Keep(string line)
    {
        _errors.Enqueue(line);
        if (_errors.Count > KeptErrors)
        {
            _errors.TryDequeue(out _);
        }
    }

    private InvalidOperationException Ended() =>
        new($"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)} ended:\n{string.Join('\n', _errors)}");
}
