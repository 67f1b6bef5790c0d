using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MarketManager.Cluster.Members;
using Xunit;

namespace MarketManager.Deployment.Tests;

public sealed partial class PrometheusTests
{
    private static readonly IReadOnlyList<JsonNode> Rules =
        [.. Yaml.Documents(Repository.Text("docker/prometheus/alerts.yml")).Single().List("groups").SelectMany(group => group.List("rules"))];

    [Fact]
    public void Every_alert_has_a_name_of_its_own_a_severity_and_a_summary()
    {
        Assert.Distinct(Rules.Select(rule => rule.Text("alert")));
        Assert.All(Rules, rule => Assert.Contains(rule.Text("labels/severity"), new[] { "warning", "critical" }));
        Assert.All(Rules, rule => Assert.False(string.IsNullOrEmpty(rule.Text("annotations/summary")), rule.Text("alert")));
    }

    // A node looks every tick, and holds still 0.9 of the grace after the last question that was answered (Lease).
    [Fact]
    public void Slow_signs_of_life_are_seen_before_a_node_holds_still()
    {
        var options = new ClusterOptions { Name = "node", Address = new Uri("http://127.0.0.1"), Roles = [] };
        var rule = Rules.Single(rule => rule.Text("alert") == "SignsOfLifeSlow");
        var bound = double.Parse(Bound().Match(rule.Text("expr")!).Groups[1].ValueSpan, CultureInfo.InvariantCulture);

        Assert.InRange(bound, 0.1, ((0.9 * options.AbsenceGrace) - options.Tick).TotalSeconds - 0.1);
    }

    [GeneratedRegex(@"> ([0-9.]+)$")]
    private static partial Regex Bound();
}
