using System.Globalization;
using System.Text.RegularExpressions;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Clusters;

/// <summary>What the nodes of a cluster show to Prometheus: by name, from the first scrape on, and all of it explained.</summary>
public sealed partial class MetricsTests
{
    [Fact]
    public async Task Members_show_ownership_membership_and_routing_from_the_first_scrape_on()
    {
        await using var nodes = await TwoNodes.Start();
        await nodes.Create(8, enabled: false);
        var (one, other) = (await Scrape(nodes.One), await Scrape(nodes.Other));

        foreach (var shown in new[] { one, other })
        {
            Assert.Equal(60, Value(shown, "marketmanager_cluster_shards_owned{role=\"gather\"}"));
            Assert.Equal(0, Value(shown, "marketmanager_cluster_shards_free{role=\"gather\"}"));
            Assert.Equal(0, Value(shown, "marketmanager_cluster_hand_overs_total{role=\"gather\",way=\"lost\"}"));
            foreach (var reason in new[] { "gone", "absent", "silent" })
            {
                Assert.Equal(0, Value(shown, $"marketmanager_cluster_condemnations_total{{reason=\"{reason}\"}}"));
            }

            Value(shown, "marketmanager_cluster_suspensions_total"); // how many there were is the machine's doing: both have just started on it
            Assert.Equal(0, Value(shown, "marketmanager_storage_fenced_total"));
            Assert.NotEqual(0, Value(shown, "marketmanager_cluster_renewal_seconds_count"));
        }

        Assert.Equal(
            (120, 60, 60, 0),
            (Value(one, "marketmanager_cluster_hand_overs_total{role=\"gather\",way=\"claimed\"}"),
                Value(one, "marketmanager_cluster_hand_overs_total{role=\"gather\",way=\"released\"}"),
                Value(other, "marketmanager_cluster_hand_overs_total{role=\"gather\",way=\"claimed\"}"),
                Value(other, "marketmanager_cluster_hand_overs_total{role=\"gather\",way=\"released\"}")));
        Assert.Equal(8, Routed("here") + Routed("peer") + Routed("moved"));
        Assert.NotEqual(0, Routed("here"));
        Assert.NotEqual(0, Routed("peer"));
        await AssertExplained(one);

        double Routed(string owner) =>
            one.Contains($"marketmanager_cluster_routing_seconds_count{{owner=\"{owner}\"}}", StringComparison.Ordinal)
                ? Value(one, $"marketmanager_cluster_routing_seconds_count{{owner=\"{owner}\"}}")
                : 0;
    }

    [Fact]
    public async Task Member_that_froze_and_the_one_that_declared_it_dead_show_both_sides_of_it()
    {
        await using var cluster = await RealCluster.Make(lease: TimeSpan.FromSeconds(3));
        var judge = await cluster.Add("judge");
        var frozen = await cluster.Add("frozen");
        await cluster.Settled(2);
        var before = await Counts();
        var after = before;

        // Frozen right between a look at its lease and what it does next, it learns of its death before it holds still: then once more.
        for (var freezes = 1; after.Suspensions == before.Suspensions; freezes++)
        {
            Assert.InRange(freezes, 1, 3);
            Signals.Freeze(frozen.Pid);
            await cluster.Settled(1);
            Signals.Continue(frozen.Pid);
            await cluster.Settled(2);

            after = await Counts();
            Assert.Equal((before.Deaths + freezes, before.Lost + (60 * freezes)), (after.Deaths, after.Lost));
        }

        async Task<(double Deaths, double Lost, double Suspensions)> Counts()
        {
            var shown = await Scrape(frozen);
            return (
                Value(await Scrape(judge), "marketmanager_cluster_condemnations_total{reason=\"silent\"}"),
                Value(shown, "marketmanager_cluster_hand_overs_total{role=\"gather\",way=\"lost\"}"),
                Value(shown, "marketmanager_cluster_suspensions_total"));
        }
    }

    /// <summary>Every metric of a cluster that an alert names is shown, and every one that is shown is in the documentation.</summary>
    private static async Task AssertExplained(string shown)
    {
        var families = Family().Matches(shown).Select(match => match.Groups[1].Value).ToList();
        var rules = await File.ReadAllTextAsync(Repository.Path("docker/prometheus/alerts.yml"));
        var named = OfCluster().Matches(rules).Select(match => match.Value.Replace("_bucket", "", StringComparison.Ordinal)).Distinct().ToList();
        Assert.NotEmpty(named);
        Assert.Equal([], named.Except(families));

        var docs = await File.ReadAllTextAsync(Repository.Path("docs/api.md"));
        Assert.Equal([], families.Where(family => !docs.Contains($"| `{family}` |", StringComparison.Ordinal)));
    }

    private static Task<string> Scrape(RunningNode node) => node.Http.GetStringAsync(new Uri("metrics", UriKind.Relative));

    private static double Value(string shown, string series)
    {
        var line = shown.Split('\n').SingleOrDefault(line => line.StartsWith(series + " ", StringComparison.Ordinal));
        Assert.True(line is not null, $"{series} is not shown");
        return double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("^# TYPE (marketmanager_[a-z0-9_]+) ", RegexOptions.Multiline)]
    private static partial Regex Family();

    [GeneratedRegex("marketmanager_(cluster|storage_fenced)[a-z0-9_]*")]
    private static partial Regex OfCluster();
}
