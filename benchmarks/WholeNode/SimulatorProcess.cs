using System.Globalization;

namespace MarketManager.Benchmarks.WholeNode;

/// <summary>The simulated venue in a process of its own, which counts to nobody's processor time.</summary>
internal sealed class SimulatorProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private SimulatorProcess(ChildProcess process, string url)
    {
        _process = process;
        Url = url;
    }

    /// <summary>Where it listens.</summary>
    public string Url { get; }

    /// <summary>Starts it; its limits are out of the way.</summary>
    public static async Task<SimulatorProcess> Start(int symbols)
    {
        var process = ChildProcess.Start(
            Repository.Program,
            "simulator", "--url", "http://127.0.0.1:0", "--weight-limit", "10000000", "--symbols", symbols.ToString(CultureInfo.InvariantCulture));
        return new SimulatorProcess(process, await process.ReadLine());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
