using MarketManager.TestKit.Postgres;
using Npgsql;

namespace MarketManager.Benchmarks.Faults;

/// <summary>SIGSTOP of a node, until each of its exchanges has taken a change through another one; then SIGCONT.</summary>
internal static class FreezeBenchmark
{
    private const double Limit = FaultCluster.Lease + 2;

    public static async Task Run(PostgresServer server, Report report)
    {
        await using var cluster = await FaultCluster.Start(server);
        report.Below($"SIGSTOP of one of 3 nodes, lease {FaultCluster.Lease} s, to the last of these changes", await Freeze(cluster, cluster.Nodes[0], null), Limit, "s");
        await cluster.IsBalanced();
        var victim = cluster.Nodes[1];
        await using var write = await BeginWrite(cluster, victim);
        report.Below("  frozen inside a write", await Freeze(cluster, victim, write), Limit, "s");
    }

    private static async Task<double> Freeze(FaultCluster cluster, ClusterMember victim, NpgsqlConnection? write)
    {
        var orphans = await cluster.OwnedBy(victim);
        var since = TimeProvider.System.GetTimestamp();
        victim.Node.Process.Freeze();
        var changes = await Clients.Change(cluster.Nodes[2], orphans, since);
        victim.Node.Process.Thaw();
        return changes[^1];
    }

    // A node sends a write as one message, so that no pause of its own falls inside. This is what is left at the server where the
    // network cuts that message in two: a session in the node's name, which has locked a lane and does not go on.
    private static async Task<NpgsqlConnection> BeginWrite(FaultCluster cluster, ClusterMember writer)
    {
        var incarnation = await cluster.Ask<Guid>($"SELECT inc FROM mm.node WHERE alive AND name = '{writer.Name}'");
        var session = new NpgsqlConnection($"{cluster.ConnectionString};Application Name=mm {incarnation};Pooling=false");
        await session.OpenAsync();
        await using var write = new NpgsqlCommand($"BEGIN; SELECT mm.fence('{incarnation}', 0, '{{}}', '{{}}', '{{}}')", session);
        await write.ExecuteNonQueryAsync();
        return session;
    }
}
