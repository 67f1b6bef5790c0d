using MarketManager.TestKit.Postgres;

namespace MarketManager.Benchmarks.Faults;

/// <summary>kill -9 of one of three nodes, until each of its exchanges has taken a change through another one.</summary>
internal static class KillBenchmark
{
    private const int Rounds = 3;

    public static async Task Run(PostgresServer server, Report report)
    {
        List<double> all = [];
        for (var round = 0; round < Rounds; round++)
        {
            await using var cluster = await FaultCluster.Start(server);
            var (victim, other) = (cluster.Nodes[round], cluster.Nodes[(round + 1) % 3]);
            var orphans = await cluster.OwnedBy(victim);
            var since = TimeProvider.System.GetTimestamp();
            victim.Node.Process.Kill();
            all.AddRange(await Clients.Change(other, orphans, since));
        }

        report.Below($"kill -9 of one of 3 nodes, to the first change of each of its {all.Count / Rounds} exchanges, p50", Measure.Median(all), 0.8, "s");
        report.Below($"  the last, of {Rounds} nodes killed", all.Max(), 2, "s");
    }
}
