using System.Net.Http.Json;

namespace MarketManager.Chaos.Tests.Rig;

/// <summary>The simulated venue in a process of its own. Its limits are out of the way, and its answers take a moment, so that faults
/// befall runs that are going.</summary>
internal sealed class Simulator : IAsyncDisposable
{
    private readonly GuardedProcess _process;

    private Simulator(GuardedProcess process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    public static async Task<Simulator> Start(TimeSpan latency)
    {
        var process = await GuardedProcess.Start(
            new Dictionary<string, string>(), null, "simulator", "--url", "http://127.0.0.1:0", "--symbols", "10", "--weight-limit", "10000000");
        var address = new Uri(await process.Output.ReadLineAsync() ?? throw new InvalidOperationException(process.Said));
        using var http = new HttpClient { BaseAddress = address };
        using var ordered = await http.PutAsJsonAsync("control/faults", new
        {
            faults = new[] { new { kind = "latency", path = "/api/v3/ticker/24hr", milliseconds = (int)latency.TotalMilliseconds } },
        });
        ordered.EnsureSuccessStatusCode();
        return new Simulator(process, address);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
