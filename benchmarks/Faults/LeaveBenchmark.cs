using MarketManager.Kernel;
using MarketManager.TestKit.Postgres;

namespace MarketManager.Benchmarks.Faults;

/// <summary>SIGTERM of one of three nodes, while a client changes an exchange of each of its shards through another one.</summary>
internal static class LeaveBenchmark
{
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task Run(PostgresServer server, Report report)
    {
        await using var cluster = await FaultCluster.Start(server);
        var (leaver, front) = (cluster.Nodes[0], cluster.Nodes[1]);
        var ofEachShard = (await cluster.OwnedBy(leaver)).DistinctBy(Shard.Of).ToList();
        var usual = await Felt(front, ofEachShard, () => Task.Delay(Before, TimeProvider.System));
        var drained = 0d;
        var felt = await Felt(front, ofEachShard, async () =>
        {
            var began = TimeProvider.System.GetTimestamp();
            await leaver.Node.Process.End();
            drained = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        });

        report.Value($"SIGTERM of one of 3 nodes, longest change in a shard, p50 of {felt.Length} shards", Measure.Median(felt.Select(f => f.Longest)) * 1000, "ms");
        report.Below("  the longest", felt.Max(f => f.Longest) * 1000, 300, "ms");
        report.Value("  the longest of the second before", usual.Max(f => f.Longest) * 1000, "ms");
        report.Below("  requests that failed", felt.Sum(f => f.Failed), 1, "");
        report.Below("  until the process has ended", drained, 10, "s");
    }

    // What a client of each exchange felt while something was going on.
    private static async Task<(double Longest, int Failed)[]> Felt(ClusterMember front, List<long> exchanges, Func<Task> goingOn)
    {
        using var stop = new CancellationTokenSource();
        var clients = exchanges.ConvertAll(id => Clients.KeepChanging(front, id, Pause, stop.Token));
        await goingOn();
        await stop.CancelAsync();
        return await Task.WhenAll(clients);
    }
}
