using System.CommandLine;
using MarketManager.Cli.Output;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Cluster;

/// <summary><c>marketmanager cluster status</c></summary>
internal static class ClusterStatusCommand
{
    public static Command Build(CommandFactory factory) => factory.Create(
        "status", "Show how the cluster stands", async (session, cancellationToken) =>
        {
            var answer = (await session.Node.Get("api/cluster/", cancellationToken)).Json;
            session.Show(answer, screen => screen.Write(Details(WireJson.Read<ClusterStatus>(answer))));
            return ExitCode.Done;
        });

    /// <summary>How many shards are in which state: <c>118 owned, 2 free (1 of them moving)</c>.</summary>
    public static Cell Shards(ShardTotals shards) => shards switch
    {
        { Free: 0 } => new Cell($"{Format.Count(shards.Owned)} owned, none free", Tone.Good),
        _ => new Cell(
            $"{Format.Count(shards.Owned)} owned, {Format.Count(shards.Free)} free"
                + (shards.Moving > 0 ? $" ({Format.Count(shards.Moving)} of them moving)" : string.Empty),
            Tone.Warning),
    };

    private static IEnumerable<(string, Cell)> Details(ClusterStatus cluster)
    {
        yield return ("Cluster", cluster.Id);
        yield return ("Nodes", Format.Count(cluster.Nodes));
        yield return ("Shards", Shards(cluster.Shards));
        yield return ("Seen from", Cell.State(cluster.State) with { Text = $"{cluster.Node}, {cluster.State}" });
        yield return ("Store", cluster.Store);
        yield return ("Level", Format.Count(cluster.Level));
    }
}
