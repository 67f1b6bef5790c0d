using System.Diagnostics;

namespace MarketManager.EndToEnd.Tests.Nodes;

/// <summary>A simulated venue in a process of its own, whose faults are ordered and whose requests are counted.</summary>
internal sealed class RunningSimulator : IAsyncDisposable
{
    public const string Tickers = "/api/v3/ticker/24hr";

    private readonly Process _process;
    private readonly HttpClient _http;

    private RunningSimulator(Process process, Uri address)
    {
        _process = process;
        Address = address;
        _http = new HttpClient { BaseAddress = address };
    }

    public Uri Address { get; }

    public static async Task<RunningSimulator> Start(params IEnumerable<string> options)
    {
        var process = Invocation.Start(["simulator", "--url", "http://127.0.0.1:0", "--symbols", "20", .. options]);
        process.BeginErrorReadLine();
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Invocation.Patience);
        return new RunningSimulator(process, new Uri(line ?? throw new InvalidOperationException("the simulator did not start")));
    }

    /// <summary>Puts these faults in the place of all, each a JSON object.</summary>
    public async Task Order(params string[] faults)
    {
        var reply = await Reply.To(_http, "PUT", "control/faults", $$"""{"faults":[{{string.Join(',', faults)}}]}""");
        if (reply.Code != 200)
        {
            throw new ArgumentException(reply.Text);
        }
    }

    /// <summary>How many requests came since the start or the last <see cref="Forget"/>; to one path, or all.</summary>
    public async Task<long> Asked(string? path = null)
    {
        var counts = (await Reply.To(_http, "GET", "control/requests")).Json;
        return path is null ? counts.GetProperty("requests").GetInt64()
            : counts.GetProperty("paths").TryGetProperty(path, out var count) ? count.GetInt64()
            : 0;
    }

    /// <summary>The weight of all requests since then.</summary>
    public async Task<double> Weight() => (await Reply.To(_http, "GET", "control/requests")).Json.GetProperty("weight").GetDouble();

    /// <summary>Counts from zero.</summary>
    public Task Forget() => Reply.To(_http, "DELETE", "control/requests");

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
