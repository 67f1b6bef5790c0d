namespace MarketManager.Benchmarks.Cluster;

/// <summary>What nodes do with each other.</summary>
public static class ClusterBenchmarks
{
    /// <summary>Runs those that are named, or all.</summary>
    public static async Task Run(Report report, IReadOnlyCollection<string> names)
    {
        (string Name, Func<Report, Task> Run)[] all = [("ask", RemoteAsk.Run)];
        foreach (var (_, run) in all.Where(b => names.Count == 0 || names.Contains(b.Name)))
        {
            await run(report);
        }
    }
}
