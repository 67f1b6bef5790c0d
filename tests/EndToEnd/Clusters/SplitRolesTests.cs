using System.Text.Json;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Clusters;

/// <summary>One node answers requests, another one carries exchanges.</summary>
public sealed class SplitRolesTests
{
    // A request waits for an owner for 30 s.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Node_that_carries_nothing_answers_through_the_one_that_does_and_in_time_without_it()
    {
        await using var venue = await RunningSimulator.Start();
        await using var cluster = await RealCluster.Make();
        string[] gathers = ["--roles", "gather,store,trade", "--sim-url", venue.Address.GetLeftPart(UriPartial.Authority)];
        var api = await cluster.Add("front", "--roles", "api");
        var gather = await cluster.Add("worker", gathers);
        await cluster.Settled(1);

        var created = await Reply.To(
            api.Http, "POST", "api/exchanges/", JsonSerializer.Serialize(new { name = "Split", venue = "sim", enabled = false, interval = 600 }));
        Assert.True(created.Code == 201, created.Text);
        Assert.Equal("worker", created.Json.GetProperty("status").GetProperty("node").GetString());
        var path = $"api/exchanges/{created["id"]}/";
        var run = await Reply.To(api.Http, "POST", path + "run/?wait=60");
        Assert.True(run.Code == 200 && run["state"] == "succeeded" && run["node"] == "worker", run.Text);
        await RunningNode.Until("what the other node used is shown", async () =>
            (await api.Get("api/venues/sim/")).GetProperty("budget") is { ValueKind: JsonValueKind.Object } budget && budget.GetProperty("used").GetDouble() > 0);
        Assert.Equal(200, (await Change(api, path, "https://a.example/")).Code);
        Assert.Equal(20, (await api.Get("api/markets/")).GetProperty("count").GetInt32());
        Assert.NotEqual(200, (await Reply.To(gather.Http, "GET", "api/exchanges/")).Code);

        await gather.KillHard();
        await RunningNode.Until("it is declared dead", async () => await cluster.Ask<long>("SELECT count(*) FROM mm.node WHERE alive") == 1);
        var began = TimeProvider.System.GetTimestamp();
        var answers = await Task.WhenAll(
            Reply.To(api.Http, "GET", path), Change(api, path, "https://b.example/"), Reply.To(api.Http, "POST", path + "run/"));
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, Deadline + Slack);
        Assert.All(answers, answer => Assert.Equal((503, "/problems/unavailable"), (answer.Code, answer["type"])));

        // What is in the store is answered all the same.
        Assert.Equal(1, (await api.Get("api/exchanges/")).GetProperty("count").GetInt32());

        await cluster.Add("worker", gathers);
        await cluster.Settled(1);
        Assert.Equal("https://a.example/", (await api.Get(path)).GetProperty("url").GetString());
        Assert.Equal(200, (await Change(api, path, "https://c.example/")).Code);
    }

    private static Task<Reply> Change(RunningNode node, string path, string url) =>
        Reply.To(node.Http, "PATCH", path, JsonSerializer.Serialize(new { url }), "application/merge-patch+json");
}
