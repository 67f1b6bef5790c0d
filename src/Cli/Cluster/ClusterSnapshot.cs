using MarketManager.Cli.Http;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Cluster;

/// <summary>Nodes and shards at one instant of this command's clock.</summary>
internal sealed record ClusterSnapshot(DateTimeOffset At, IReadOnlyList<Member> Nodes, IReadOnlyList<Shard> Shards)
{
    public static async Task<ClusterSnapshot> Take(CliSession session, CancellationToken cancellationToken)
    {
        var nodes = Listing.ReadAll(session.Node, "api/cluster/nodes/", cancellationToken);
        var shards = Listing.ReadAll(session.Node, "api/cluster/shards/", cancellationToken);
        await Task.WhenAll(nodes, shards);
        return new ClusterSnapshot(
            session.Now,
            [.. (await nodes).Items.Select(WireJson.Read<Member>)],
            [.. (await shards).Items.Select(WireJson.Read<Shard>)]);
    }

    /// <summary>What is different from an earlier one, nodes first.</summary>
    public IEnumerable<ClusterChange> Since(ClusterSnapshot before)
    {
        var known = before.Nodes.ToDictionary(node => node.Id);
        var here = Nodes.Select(node => node.Id).ToHashSet();
        foreach (var gone in before.Nodes.Where(node => !here.Contains(node.Id)))
        {
            yield return new ClusterChange.Left(At, gone.Name);
        }

        foreach (var node in Nodes)
        {
            if (!known.TryGetValue(node.Id, out var earlier))
            {
                yield return new ClusterChange.Joined(At, node.Name, node.State);
            }
            else if (earlier.State != node.State)
            {
                yield return new ClusterChange.Turned(At, node.Name, earlier.State, node.State);
            }
        }

        var owners = before.Shards.ToDictionary(shard => (shard.Role, shard.Number));
        foreach (var shard in Shards)
        {
            if (owners.TryGetValue((shard.Role, shard.Number), out var earlier) && (earlier.Owner, earlier.Epoch) != (shard.Owner, shard.Epoch))
            {
                yield return new ClusterChange.Moved(At, shard, earlier.Owner);
            }
        }
    }
}
