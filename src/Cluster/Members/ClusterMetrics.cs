using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MarketManager.Kernel;

namespace MarketManager.Cluster.Members;

/// <summary>What is measured about membership and ownership; meter <c>MarketManager.Cluster</c>.</summary>
/// <remarks>Counts are observed, so that they are there from 0 on: an increase from nothing is none to an alert rule.</remarks>
public static class ClusterMetrics
{
    private static readonly string[] Reasons = ["gone", "absent", "silent"];
    private static readonly string[] Ways = ["claimed", "released", "lost"];

    private static readonly ConcurrentDictionary<string, OfRole> Roles = new();
    private static readonly long[] Deaths = new long[Reasons.Length];
    private static long _suspensions;

    private static readonly Meter Meter = new("MarketManager.Cluster");

#pragma warning disable IDE0052 // The meter keeps it.
    private static readonly ObservableGauge<long> Owned = Meter.CreateObservableGauge(
        "shards_owned", static () => EachRole(static role => Interlocked.Read(ref role.Owned)), null, "Shards that this node owns, by role");

    private static readonly ObservableGauge<long> Free = Meter.CreateObservableGauge(
        "shards_free", static () => EachRole(static role => Interlocked.Read(ref role.Free)), null, "Shards that nobody owned when this node last looked, by role");

    private static readonly ObservableCounter<long> HandOvers = Meter.CreateObservableCounter(
        "hand_overs", EachHandOver, null, "Shards that came to this node, were handed over by it, or were taken from it, by role and way");

    private static readonly ObservableCounter<long> Condemnations = Meter.CreateObservableCounter(
        "condemnations", EachDeath, null, "Nodes that this node declared dead, by reason");

    private static readonly ObservableCounter<long> Suspensions = Meter.CreateObservableCounter(
        "suspensions", static () => Interlocked.Read(ref _suspensions), null, "Times this node could not prove to be alive, and held still");
#pragma warning restore IDE0052

    private static readonly Histogram<double> Renewals = Meter.CreateHistogram<double>("renewal", "s", "What a sign of life took");

    private static readonly Histogram<double> Routes =
        Meter.CreateHistogram<double>("routing", "s", "From a request's arrival to its owner's answer, by where the owner is: here, peer, moved (while ownership changed), none");

    /// <summary>Shows a role, from 0 on.</summary>
    internal static void Show(string role) => Roles.GetOrAdd(role, static _ => new OfRole());

    /// <summary>The cluster was looked at.</summary>
    internal static void Saw(ClusterView view)
    {
        foreach (var (role, counts) in Roles)
        {
            var free = view.Shards.GetValueOrDefault(role, []).Count(shard => shard.Owner is null);
            Interlocked.Exchange(ref counts.Free, free);
        }
    }

    internal static void Routed(TimeSpan took, string owner) =>
        Routes.Record(took.TotalSeconds, new KeyValuePair<string, object?>("owner", owner));

    internal static void Claimed(Fence shard) => Changed(shard, 1, way: 0);

    internal static void Released(Fence shard) => Changed(shard, -1, way: 1);

    internal static void Lost(Fence shard) => Changed(shard, -1, way: 2);

    internal static void Condemned(DeathReason reason) => Interlocked.Increment(ref Deaths[(int)reason]);

    internal static void Renewed(TimeSpan took) => Renewals.Record(took.TotalSeconds);

    internal static void Suspended() => Interlocked.Increment(ref _suspensions);

    private static void Changed(Fence shard, int by, int way)
    {
        var counts = Roles.GetOrAdd(shard.Role, static _ => new OfRole());
        Interlocked.Add(ref counts.Owned, by);
        Interlocked.Increment(ref counts.HandOvers[way]);
    }

    private static IEnumerable<Measurement<long>> EachRole(Func<OfRole, long> value) =>
        Roles.Select(role => new Measurement<long>(value(role.Value), new KeyValuePair<string, object?>("role", role.Key)));

    private static IEnumerable<Measurement<long>> EachHandOver() =>
        from role in Roles
        from way in Enumerable.Range(0, Ways.Length)
        select new Measurement<long>(
            Interlocked.Read(ref role.Value.HandOvers[way]),
            new KeyValuePair<string, object?>("role", role.Key), new KeyValuePair<string, object?>("way", Ways[way]));

    private static IEnumerable<Measurement<long>> EachDeath() => Reasons.Select(
        (name, reason) => new Measurement<long>(Interlocked.Read(ref Deaths[reason]), new KeyValuePair<string, object?>("reason", name)));

    private sealed class OfRole
    {
        public readonly long[] HandOvers = new long[Ways.Length];
        public long Owned;
        public long Free;
    }
}
