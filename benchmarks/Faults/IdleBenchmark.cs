using MarketManager.TestKit.Postgres;

namespace MarketManager.Benchmarks.Faults;

/// <summary>Three nodes with a thousand exchanges that are switched off, and nobody who asks.</summary>
internal static class IdleBenchmark
{
    // The runtime still compiles what the creations made hot.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(30);

    public static async Task Run(PostgresServer server, Report report)
    {
        await using var cluster = await FaultCluster.Start(server);
        await Log(server, "all");
        await Task.Delay(Settling, TimeProvider.System);
        var began = TimeProvider.System.GetTimestamp();
        var statements = await Statements(cluster);
        double[] own = [.. cluster.Nodes.Select(n => n.Node.Process.OwnCpuSeconds)];
        double[] all = [.. cluster.Nodes.Select(n => n.Node.Process.CpuSeconds)];
        await Task.Delay(Measured, TimeProvider.System);
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        report.Below("idle cluster of 3 nodes, 1,000 exchanges switched off: the busiest node's own process", Busiest(own, n => n.OwnCpuSeconds) / seconds * 100, 2, "% of a core");
        report.Value("  with its worker process (--workers 1)", Busiest(all, n => n.CpuSeconds) / seconds * 100, "% of a core");
        report.Below("  statements that PostgreSQL gets", (await Statements(cluster) - statements) / seconds, 12, "/s");
        await Log(server, "none");

        double Busiest(double[] before, Func<WholeNode.ChildProcess, double> cpu) =>
            cluster.Nodes.Zip(before, (node, then) => cpu(node.Node.Process) - then).Max();
    }

    private static async Task Log(PostgresServer server, string what)
    {
        await server.Execute("postgres", $"ALTER SYSTEM SET log_statement = '{what}'");
        await server.Execute("postgres", "SELECT pg_reload_conf()");
    }

    // As the server logs them, this one among them.
    private static Task<int> Statements(FaultCluster cluster) =>
        cluster.Ask<int>("SELECT regexp_count(pg_read_file(pg_current_logfile()), 'LOG:  (statement|execute [^:]*):')");
}
