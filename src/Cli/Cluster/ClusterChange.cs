using System.Text.Json.Nodes;
using MarketManager.Cli.Output;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Cluster;

/// <summary>Something that changed in the cluster.</summary>
internal abstract record ClusterChange(DateTimeOffset At)
{
    /// <summary>For a program.</summary>
    public abstract JsonObject Json { get; }

    /// <summary>For a person, one line for each kind of change; shards that went the same way are counted together.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<ClusterChange> changes)
    {
        foreach (var change in changes.Where(change => change is not Moved))
        {
            yield return change switch
            {
                Joined joined => $"{joined.Node} joined",
                Left left => $"{left.Node} is gone",
                Turned turned => $"{turned.Node} is {turned.To}, was {turned.From}",
                _ => throw new InvalidOperationException($"no words for {change.GetType().Name}"),
            };
        }

        foreach (var way in changes.OfType<Moved>().GroupBy(moved => (moved.Shard.Role, moved.From, moved.Shard.Owner)))
        {
            var (role, from, to) = way.Key;
            var which = way.Count() == 1 ? $"shard {way.Single().Shard}" : $"{Format.Count(way.Count())} shards of {role}";
            yield return $"{which}: {from ?? "nobody"} -> {to ?? "nobody"}";
        }
    }

    internal sealed record Joined(DateTimeOffset At, string Node, string State) : ClusterChange(At)
    {
        public override JsonObject Json => new() { ["change"] = "node_joined", ["node"] = Node, ["state"] = State };
    }

    internal sealed record Left(DateTimeOffset At, string Node) : ClusterChange(At)
    {
        public override JsonObject Json => new() { ["change"] = "node_left", ["node"] = Node };
    }

    internal sealed record Turned(DateTimeOffset At, string Node, string From, string To) : ClusterChange(At)
    {
        public override JsonObject Json => new() { ["change"] = "node_state", ["node"] = Node, ["from"] = From, ["to"] = To };
    }

    internal sealed record Moved(DateTimeOffset At, Shard Shard, string? From) : ClusterChange(At)
    {
        public override JsonObject Json => new()
        {
            ["change"] = "shard_moved",
            ["role"] = Shard.Role,
            ["shard"] = Shard.Number,
            ["from"] = From,
            ["to"] = Shard.Owner,
            ["epoch"] = Shard.Epoch,
        };
    }
}
