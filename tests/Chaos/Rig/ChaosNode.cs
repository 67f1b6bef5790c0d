using System.Globalization;
using MarketManager.EndToEnd.Tests.Nodes;

namespace MarketManager.Chaos.Tests.Rig;

/// <summary>One of the nodes of a cluster: a process with a data folder of its own, and the lines by which it and others are reached.</summary>
internal sealed class ChaosNode : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    private readonly string _folder;
    private readonly string[] _options;
    private readonly HttpClient _health;
    private GuardedProcess? _process;

    public ChaosNode(string name, string folder, SettableClock? clock, Link toStore, Link toMe, params string[] options)
    {
        (Name, _folder, Clock, ToStore, ToMe) = (name, folder, clock, toStore, toMe);
        Port = toMe.Target = Ports.Free();
        Url = new Uri($"http://127.0.0.1:{Port}/");
        _health = new HttpClient { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(2) };
        _options = [.. options, "--node", name, "--node-address", $"http://127.0.0.1:{toMe.Port}"];
    }

    public string Name { get; }

    public int Port { get; }

    /// <summary>Where clients reach it, past all links.</summary>
    public Uri Url { get; }

    /// <summary>Null where it has the machine's.</summary>
    public SettableClock? Clock { get; }

    /// <summary>Its line to PostgreSQL.</summary>
    public Link ToStore { get; }

    /// <summary>The line by which its peers reach it.</summary>
    public Link ToMe { get; }

    public string LogFile => Path.Combine(_folder, $"{Name}.log");

    public bool Lives => _process is { HasEnded: false };

    public int Pid => _process!.Pid;

    /// <summary>Starts its process, and waits for nothing.</summary>
    public async Task Launch()
    {
        if (_process is { } ended)
        {
            await ended.DisposeAsync();
        }

        _process = await Process(Name, Port);
        ToMe.Open();
    }

    /// <summary>Starts its process and waits until it is ready.</summary>
    public async Task Start()
    {
        await Launch();
        await Ready();
    }

    /// <summary>Waits until it says that it is ready.</summary>
    public async Task Ready()
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await IsReady())
        {
            if (_process!.HasEnded)
            {
                throw new InvalidOperationException($"{Name} ended instead of getting ready:\n{_process.Said}");
            }

            if (TimeProvider.System.GetElapsedTime(began) > StartPatience)
            {
                throw new TimeoutException($"{Name} does not get ready:\n{_process.Said}");
            }

            await Task.Delay(Glance, TimeProvider.System);
        }
    }

    /// <summary>Whether it says now that it is ready.</summary>
    public async Task<bool> IsReady()
    {
        try
        {
            using var answer = await _health.GetAsync(new Uri("healthz/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>Another process that claims to be this node, elsewhere; not this rig's to look after.</summary>
    public Task<GuardedProcess> Impostor() => Process(Name + "-again", Ports.Free());

    /// <summary>kill -9.</summary>
    public async Task Kill()
    {
        await _process!.Kill();
        ToMe.Close();
        ToMe.Cut();
    }

    /// <summary>SIGTERM, and waits for the end.</summary>
    /// <returns>Its exit code, and how long it took.</returns>
    public async Task<(int ExitCode, TimeSpan Took)> Stop()
    {
        var began = TimeProvider.System.GetTimestamp();
        Signals.Terminate(Pid);
        var code = await _process!.Ended(StopPatience);
        ToMe.Close();
        return (code, TimeProvider.System.GetElapsedTime(began));
    }

    /// <summary>The lines of its log that say something.</summary>
    public IEnumerable<string> Logged(string what) => File.ReadLines(LogFile).Where(line => line.Contains(what, StringComparison.Ordinal));

    /// <summary>SIGSTOP.</summary>
    /// <returns>The processes that stand still.</returns>
    public IReadOnlyList<int> Freeze(bool withWorkers)
    {
        IReadOnlyList<int> frozen = withWorkers ? [Pid, .. Processes.ChildrenOf(Pid)] : [Pid];
        foreach (var pid in frozen)
        {
            Signals.Freeze(pid);
        }

        return frozen;
    }

    /// <summary>SIGCONT to those that still live.</summary>
    public static void Thaw(IReadOnlyList<int> frozen)
    {
        foreach (var pid in frozen.Where(Signals.Lives))
        {
            Signals.Continue(pid);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        await ToMe.DisposeAsync();
        await ToStore.DisposeAsync();
        _health.Dispose();
        Clock?.Dispose();
    }

    private Task<GuardedProcess> Process(string folder, int port) => GuardedProcess.Start(
        Clock is null ? new Dictionary<string, string>() : Clocks.Variables(Clock),
        LogFile,
        ["run", .. _options, "--data", Path.Combine(_folder, folder), "--urls", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")]);
}
