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
        var peer = await BareEndpoint.Start(answer);
        await using var stop = peer.Process;
        var (mine, bare) = await Wrk.Compare(new Server(node.Url + path, node.Process), peer, Connections);
        report.AtLeastTimes($"GET one exchange, {Connections} connections; peer: bare endpoint", mine.PerSecond, bare.PerSecond, 0.5, "/s");
        report.Compared("  processor time", mine.CpuMicroseconds, bare.CpuMicroseconds, "µs");
        report.Value("  latency p99", mine.P99, "ms");
    }
}
