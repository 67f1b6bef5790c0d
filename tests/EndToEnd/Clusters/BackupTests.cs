using System.Globalization;
using System.Text.Json;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Clusters;

/// <summary>What docs/operations.md says of a cluster's backup: taken while nodes run, brought back while none does.</summary>
public sealed class BackupTests
{
    [Fact]
    public async Task Cluster_that_is_restored_from_a_dump_goes_on_from_the_moment_of_that_dump()
    {
        await using var venue = await RunningSimulator.Start();
        await using var cluster = await RealCluster.Make(lease: TimeSpan.FromSeconds(3));
        using var backups = new DataFolder();
        var file = Path.Combine(backups.Path, "dump");
        string[] options = ["--sim-url", venue.Address.GetLeftPart(UriPartial.Authority)];
        var first = await cluster.Add("n1", options);
        var second = await cluster.Add("n2", options);
        await cluster.Settled(2);
        var kept = await Create(first, "kept");
        await Run(second, kept);
        await TwoNodes.Create(first, 3); // they run every second while the dump is taken
        cluster.Server.Dump(cluster.Database, file);

        Assert.Equal(200, (await Reply.To(first.Http, "PATCH", $"api/exchanges/{kept}/", """{ "name": "changed since" }""")).Code);
        var since = await Create(second, "made since");
        await first.KillHard(); // a restore is for a disaster: nobody has left
        await second.KillHard();
        await cluster.Server.Restore(cluster.Database, file);

        // The dump has both as living members, of which nobody will ever hear again.
        var node = await cluster.Add("n1", options);
        await cluster.Settled(1);
        Assert.Equal("kept", (await node.Get($"api/exchanges/{kept}/")).GetProperty("name").GetString());
        Assert.Equal(4, (await node.Get("api/exchanges/?limit=1000")).GetProperty("results").GetArrayLength());
        Assert.Equal(1, (await node.Get($"api/exchanges/{kept}/runs/")).GetProperty("results").GetArrayLength());
        await Run(node, kept);
        Assert.Equal(since, await Create(node, "made again"));
        await cluster.Add("n2", options);
        await cluster.Settled(2);
    }

    private static async Task<long> Create(RunningNode node, string name)
    {
        var reply = await Reply.To(node.Http, "POST", "api/exchanges/", JsonSerializer.Serialize(new { name, venue = "sim", enabled = false }));
        Assert.True(reply.Code == 201, reply.Text);
        return reply.Json.GetProperty("id").GetInt64();
    }

    private static async Task Run(RunningNode node, long exchange)
    {
        var reply = await Reply.To(node.Http, "POST", string.Create(CultureInfo.InvariantCulture, $"api/exchanges/{exchange}/run/?wait=60"));
        Assert.True(reply.Code == 200 && reply["state"] == "succeeded", reply.Text);
    }
}
