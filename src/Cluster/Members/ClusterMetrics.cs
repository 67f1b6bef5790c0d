using System.Diagnostics.Metrics;
using MarketManager.Kernel;

namespace MarketManager.Cluster.Members;

/// <summary>What is measured about membership and ownership; meter <c>MarketManager.Cluster</c>.</summary>
public static class ClusterMetrics
{
    private static readonly Meter Meter = new("MarketManager.Cluster");

    private static readonly UpDownCounter<long> Owned =
        Meter.CreateUpDownCounter<long>("shards_owned", null, "Shards that this node owns, by role");

    private static readonly Counter<long> HandOvers =
        Meter.CreateCounter<long>("hand_overs", null, "Shards that came to this node, were handed over by it, or were taken from it, by role and way");

    private static readonly Counter<long> Condemnations =
        Meter.CreateCounter<long>("condemnations", null, "Nodes that this node declared dead, by reason");

    private static readonly Histogram<double> Renewals = Meter.CreateHistogram<double>("renewal", "s", "What a sign of life took");

    private static readonly Counter<long> Suspensions =
        Meter.CreateCounter<long>("suspensions", null, "Times this node could not prove to be alive, and held still");

    private static readonly Histogram<double> Routes =
        Meter.CreateHistogram<double>("routing", "s", "From a request's arrival to its owner's answer, by where the owner is: here, peer, moved (while ownership changed), none");

    internal static void Routed(TimeSpan took, string owner) =>
        Routes.Record(took.TotalSeconds, new KeyValuePair<string, object?>("owner", owner));

    internal static void Claimed(Fence shard) => Changed(shard, 1, "claimed");

    internal static void Released(Fence shard) => Changed(shard, -1, "released");

    internal static void Lost(Fence shard) => Changed(shard, -1, "lost");

    internal static void Condemned(DeathReason reason) =>
        Condemnations.Add(1, new KeyValuePair<string, object?>("reason", Names[(int)reason]));

    internal static void Renewed(TimeSpan took) => Renewals.Record(took.TotalSeconds);

    internal static void Suspended() => Suspensions.Add(1);

    private static void Changed(Fence shard, int by, string way)
    {
        var role = new KeyValuePair<string, object?>("role", shard.Role);
        Owned.Add(by, role);
        HandOvers.Add(1, role, new KeyValuePair<string, object?>("way", way));
    }

    private static readonly string[] Names = ["gone", "absent", "silent"];
}
