using MarketManager.Benchmarks.Storage;

namespace MarketManager.Benchmarks.WholeNode;

/// <summary>A page of 100 markets of 100,000, filtered and ordered, against a bare endpoint that runs the same SQL.</summary>
internal static class MarketsBenchmark
{
    private const int Connections = 16;
    private const string Page = "/api/markets/?base=USDT&min_volume_usd=100000&ordering=-volume_usd&limit=100";

    public static async Task Run(Report report)
    {
        using var folder = new TempFolder();
        await using (var store = StorageBenchmarks.Open(folder.Path))
        {
            await MarketSamples.Fill(store);
        }

        // A copy, so that neither reads what the other has in use.
        var copy = Path.Combine(folder.Path, "copy.db");
        File.Copy(folder.Database, copy);
        await using var node = await NodeProcess.Start(folder);
        var answer = Path.Combine(folder.Path, "answer");
        await File.WriteAllBytesAsync(answer, await node.GetBytes(Page));
        var peer = await BareEndpoint.Start(answer, copy);
        await using var stop = peer.Process;
        var (mine, bare) = await Wrk.Compare(new Server(node.Url + Page, node.Process), peer, Connections);
        report.AtLeastTimes($"GET 100 of 100,000 markets, {Connections} connections; peer: bare endpoint, same SQL", mine.PerSecond, bare.PerSecond, 0.7, "/s");
        report.Compared("  processor time", mine.CpuMicroseconds, bare.CpuMicroseconds, "µs");
        report.Below("  latency p99", mine.P99, 100, "ms");
    }
}
