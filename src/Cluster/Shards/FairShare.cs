using MarketManager.Cluster.Members;

namespace MarketManager.Cluster.Shards;

/// <summary>
/// How many shards of a role each node should have, from nothing but a look at who has what: all who see the same come to the same
/// result, nobody has two more than another in the end, and no shard moves that need not.
/// </summary>
/// <remarks>
/// With T shards and n nodes, T mod n nodes have one more than the others: those that have the most as it is. What the others are
/// short of is then exactly what the free shards and the surplus come to, so that every move fills a gap.
/// </remarks>
public static class FairShare
{
    /// <summary>The nodes that may own shards of a role: not those that leave.</summary>
    public static IReadOnlyList<Guid> Eligible(ClusterView view, string role) =>
        [.. from member in view.Members where member.Has(role) && !member.IsLeaving select member.Incarnation];

    /// <summary>
    /// Whether a node has a role whose shards nobody else may own: all others that have it leave, and joined later. Two that leave at
    /// the same time agree on one of them.
    /// </summary>
    public static bool IsLastResort(ClusterView view, Guid me, IEnumerable<string> roles)
    {
        var order = view.Find(me) is { } member ? (member.Joined, me) : default;
        return roles.Any(role => view.Members.Where(other => other.Incarnation != me && other.Has(role))
            .All(other => other.IsLeaving && order.CompareTo((other.Joined, other.Incarnation)) < 0));
    }

    /// <summary>How many each should have.</summary>
    /// <param name="shards">Who owns each; free ones that are meant for a node count as its own.</param>
    /// <param name="nodes">Those that may own some.</param>
    public static IReadOnlyDictionary<Guid, int> Targets(IReadOnlyList<ShardOwner> shards, IReadOnlyList<Guid> nodes)
    {
        var has = Holdings(shards, nodes);
        var targets = new Dictionary<Guid, int>();
        foreach (var (node, rank) in has.OrderByDescending(one => one.Value).ThenBy(one => one.Key).Select((one, rank) => (one.Key, rank)))
        {
            targets[node] = (shards.Count / nodes.Count) + (rank < shards.Count % nodes.Count ? 1 : 0);
        }

        return targets;
    }

    /// <summary>How many free shards a node should take now. Those that are meant for it come first, and on top of its share.</summary>
    public static int ToClaim(IReadOnlyList<ShardOwner> shards, IReadOnlyList<Guid> nodes, Guid me)
    {
        if (!nodes.Contains(me))
        {
            return 0;
        }

        var owned = shards.Count(shard => shard.Owner == me);
        var meant = shards.Count(shard => shard is { Owner: null, Wanted: { } wanted } && wanted == me);
        var forAnybody = shards.Count(shard => shard.Owner is null && (shard.Wanted is not { } wanted || !nodes.Contains(wanted)));
        var missing = Targets(shards, nodes)[me] - owned - meant;
        return meant + Math.Clamp(missing, 0, forAnybody);
    }

    /// <summary>How many shards a node should hand back: what it has over its share, where that leaves others short.</summary>
    public static int Surplus(IReadOnlyList<ShardOwner> shards, IReadOnlyList<Guid> nodes, Guid me) =>
        nodes.Contains(me) ? Math.Max(0, shards.Count(shard => shard.Owner == me) - Targets(shards, nodes)[me]) : 0;

    /// <summary>Who should get the next shard that <paramref name="me"/> hands back; null: nobody is short of one.</summary>
    public static Guid? Neediest(IReadOnlyList<ShardOwner> shards, IReadOnlyList<Guid> nodes, Guid me)
    {
        var has = Holdings(shards, nodes);
        var targets = Targets(shards, nodes);
        var needy = nodes.Where(node => node != me && has[node] < targets[node])
            .OrderByDescending(node => targets[node] - has[node]).ThenBy(node => node);
        return needy.Select(node => (Guid?)node).FirstOrDefault();
    }

    private static Dictionary<Guid, int> Holdings(IReadOnlyList<ShardOwner> shards, IReadOnlyList<Guid> nodes)
    {
        var has = nodes.ToDictionary(node => node, _ => 0);
        foreach (var shard in shards)
        {
            if ((shard.Owner ?? shard.Wanted) is { } node && has.TryGetValue(node, out var count))
            {
                has[node] = count + 1;
            }
        }

        return has;
    }
}
