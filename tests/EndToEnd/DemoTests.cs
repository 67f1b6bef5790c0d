using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests;

/// <summary>What a newcomer sees.</summary>
public sealed partial class DemoTests : IDisposable
{
    // A counter is shown from its first count on, and no test makes the store of a whole node fail.
    private const string ShownOnceItCounts = "marketmanager_storage_failures_total";

    // Shown by nodes of a cluster; Clusters/MetricsTests looks for them there.
    private const string OfCluster = "marketmanager_cluster_";

    private readonly DataFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Demo_gathers_survives_the_hardest_kill_and_stops_cleanly()
    {
        string[] before;
        await using (var node = await RunningNode.Start(_data, "--demo"))
        {
            await RunningNode.Until("every exchange has a total", async () => (await Exchanges(node)) is { Length: 4 } all && all.All(HasVolume));
            var markets = await node.Get("api/markets/?ordering=-volume_usd&limit=1");
            Assert.True(markets.GetProperty("count").GetInt64() > 3000);
            Assert.True(markets.GetProperty("results")[0].GetProperty("last").GetDecimal() > 0);
            before = [.. (await Exchanges(node)).Select(Identity)];

            await node.KillHard();
        }

        await using (var node = await RunningNode.Start(_data, "--demo"))
        {
            Assert.Equal(before, (await Exchanges(node)).Select(Identity));
            var runs = await node.Get("api/exchanges/1/runs/?limit=1");
            var newest = runs.GetProperty("results")[0].GetProperty("run_id").GetString();
            await RunningNode.Until("it goes on", async () => await Newest(node) != newest);

            var (exitCode, took) = await node.Stop();
            Assert.True(exitCode == 0, node.Log);
            Assert.True(took < TimeSpan.FromSeconds(10), $"it took {took}");
        }

        Assert.False(File.Exists(_data.PidFile));
    }

    [Fact]
    public async Task Runs_that_a_stop_cuts_short_are_made_up_for_by_the_next_start()
    {
        await using (var node = await RunningNode.Start(_data, "--demo"))
        {
            await RunningNode.Until("every exchange has a total", async () => (await Exchanges(node)) is { Length: 4 } all && all.All(HasVolume));
            using var hang = JsonContent.Create(new { faults = new[] { new { kind = "hang" } } });
            (await node.Http.PutAsync(new Uri(node.Simulator, "control/faults"), hang)).EnsureSuccessStatusCode();
            await RunningNode.Until("a run hangs", async () => (await node.Get("api/exchanges/?state=running")).GetProperty("count").GetInt64() == 4);

            var (exitCode, took) = await node.Stop();
            Assert.True(exitCode == 0, $"it ended with {exitCode}:\n{node.Log}");
            Assert.True(took < TimeSpan.FromSeconds(10), $"it took {took}");
        }

        await using (var node = await RunningNode.Start(_data, "--demo"))
        {
            Assert.True((await node.Get("api/exchanges/1/runs/?state=crashed")).GetProperty("count").GetInt64() > 0);
            await RunningNode.Until("it was made up for", async () =>
                (await node.Get("api/exchanges/1/runs/?trigger=recovery&state=succeeded")).GetProperty("count").GetInt64() > 0);
        }
    }

    [Fact]
    public async Task Every_metric_that_an_alert_names_is_there()
    {
        await using var node = await RunningNode.Start(_data, "--demo");
        await RunningNode.Until("a run has ended", async () => (await Exchanges(node)).Any(HasVolume));
        var worker = (await node.Get("api/status/")).GetProperty("workers")[0].GetProperty("pid").GetInt32();
        Process.GetProcessById(worker).Kill();
        await RunningNode.Until("the worker was replaced", async () => (await node.Get("api/status/")).GetProperty("workers")[0].GetProperty("restarts").GetInt64() == 1);
        var shown = await node.Http.GetStringAsync("metrics");

        var rules = await File.ReadAllTextAsync(Repository.Path("docker/prometheus/alerts.yml"));
        var named = MetricName().Matches(rules).Select(m => m.Value).Distinct()
            .Where(name => !name.StartsWith(OfCluster, StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, name => name != ShownOnceItCounts && !shown.Contains($"\n# TYPE {Family(name)} ", StringComparison.Ordinal));
    }

    private static async Task<JsonElement[]> Exchanges(RunningNode node) =>
        [.. (await node.Get("api/exchanges/")).GetProperty("results").EnumerateArray()];

    private static bool HasVolume(JsonElement exchange) => exchange.GetProperty("volume").ValueKind == JsonValueKind.Number;

    private static string Identity(JsonElement exchange) =>
        $"{exchange.GetProperty("id")} {exchange.GetProperty("name")} {exchange.GetProperty("created")} {exchange.GetProperty("options")}";

    private static async Task<string?> Newest(RunningNode node) =>
        (await node.Get("api/exchanges/1/")).GetProperty("status").GetProperty("last_run_id").GetString();

    private static string Family(string series) => series.EndsWith("_bucket", StringComparison.Ordinal) ? series[..^"_bucket".Length] : series;

    [GeneratedRegex("marketmanager_[a-z0-9_]+")]
    private static partial Regex MetricName();
}
