using MarketManager.TestKit.Postgres;

namespace MarketManager.Benchmarks.Faults;

/// <summary>A fourth node joins three, while clients change exchanges through these.</summary>
internal static class JoinBenchmark
{
    private const int Busy = 60;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task Run(PostgresServer server, Report report)
    {
        await using var cluster = await FaultCluster.Start(server, gathering: 30);
        using var stop = new CancellationTokenSource();
        var fronts = cluster.Nodes.ToArray();
        var clients = cluster.Ids.Take(Busy).Select((id, i) => Clients.KeepChanging(fronts[i % fronts.Length], id, Pause, stop.Token)).ToList();
        var adding = cluster.Add(); // it takes its share before it is ready for requests
        await cluster.IsBalanced();
        var balanced = await cluster.Ask<double>(
            $"SELECT extract(epoch FROM clock_timestamp() - joined)::float8 FROM mm.node WHERE alive AND name = 'n{cluster.Nodes.Count}'");
        await adding;
        var ready = await cluster.Ask<double>(
            $"SELECT extract(epoch FROM clock_timestamp() - joined)::float8 FROM mm.node WHERE alive AND name = 'n{cluster.Nodes.Count}'");
        await stop.CancelAsync();
        var felt = await Task.WhenAll(clients);

        report.Below("a fourth node under load, from joining until shards are shared evenly", balanced, 5, "s");
        report.Value("  until it takes requests itself", ready, "s");
        report.Below("  requests that failed", felt.Sum(f => f.Failed), 1, "");
        report.Value($"  longest change, of {Busy} clients that go on", felt.Max(f => f.Longest) * 1000, "ms");
    }
}
