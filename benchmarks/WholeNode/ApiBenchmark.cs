namespace MarketManager.Benchmarks.WholeNode;

/// <summary>One exchange, read over and over, against a bare endpoint that gives the same bytes.</summary>
internal static class ApiBenchmark
{
    private const int Connections = 64;

    public static async Task Run(Report report)
    {
        using var folder = new TempFolder();
        await using var simulator = await SimulatorProcess.Start(symbols: 300);
        await using var node = await NodeProcess.Start(folder, "--sim-url", simulator.Url);
        var id = (await node.Post("/api/exchanges/", """{"name":"Sim","interval":604800}""")).GetProperty("id");
        var path = $"/api/exchanges/{id}/";
        await node.Until(path, exchange => exchange.GetProperty("top_pair").ValueKind is System.Text.Json.JsonValueKind.String);

        var answer = Path.Combine(folder.Path, "answer");
        await File.WriteAllBytesAsync(answer, await node.GetBytes(path));
        var (process, url) = await BareEndpoint.Start(answer);
        await using var peer = process;
        var (mine, bare) = await Wrk.Compare(node.Url + path, url, Connections);
        report.AtLeastTimes($"GET one exchange, {Connections} connections; peer: bare endpoint", mine.PerSecond, bare.PerSecond, 0.5, "/s");
        report.Value("  latency p99", mine.P99, "ms");
    }
}
