using System.Globalization;
using System.Net;
using System.Text.Json;
using MarketManager.EndToEnd.Tests.Nodes;
using MarketManager.TestKit.Postgres;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Clusters;

/// <summary>A node asks for requests once it can serve them: when the exchanges that fell to it are recovered.</summary>
public sealed class RecoveryTests
{
    [Fact]
    public async Task Node_is_not_ready_before_the_exchanges_of_its_first_share_are_recovered()
    {
        await using var cluster = await RealCluster.Make();
        var first = await cluster.Add("first");
        var kept = await RealCluster.Create(first, "Kept");
        var path = string.Create(CultureInfo.InvariantCulture, $"api/exchanges/{kept}/");
        var tag = (await Reply.To(first.Http, "GET", path)).Message.Headers.ETag!.ToString();
        Assert.Equal(0, (await first.Stop()).ExitCode);

        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{RealCluster.FreePort()}");
        Task<RunningNode> starting;
        await using (await TableLock.Take(cluster.Postgres, "mm.event"))
        {
            starting = cluster.Add("second", "--urls", address);
            await RunningNode.Until("it has claimed all shards", async () =>
                await cluster.Ask<long>("SELECT count(*) FROM mm.shard WHERE role = 'gather' AND owner IS NOT NULL") == 120);
            using var client = new HttpClient { BaseAddress = new Uri(address) };
            (HttpStatusCode Code, SortedDictionary<string, string> Checks) seen = (default, []);
            await RunningNode.Until("all but the actors are ready", async () =>
            {
                seen = await Readiness(client);
                return seen.Checks.All(check => check.Key == "actors" || check.Value == "ok");
            });

            Assert.Equal(HttpStatusCode.ServiceUnavailable, seen.Code);
            Assert.Equal("actors are being recovered", seen.Checks["actors"]);
            Assert.Equal(["actors", "lease", "peers", "storage", "workers"], seen.Checks.Keys);
            Assert.False(starting.IsCompleted, "it said that it was ready");
        }

        var second = await starting;
        Assert.Equal("second", NodeOf(await second.Get(path)));

        // Nobody has written the row since, and lists show the new owner all the same.
        Assert.Equal("first", await cluster.Ask<string>("SELECT node FROM mm.exchange"));
        Assert.Equal("second", NodeOf((await second.Get("api/exchanges/")).GetProperty("results")[0]));
        Assert.Contains("\"node\":\"second\"", (await Reply.To(second.Http, "GET", "api/exchanges/?format=ndjson")).Text, StringComparison.Ordinal);

        // So the tag of before is not that of now, although it still names the version that a client may change.
        Assert.Equal(200, (await Reply.To(second.Http, "GET", path, headers: ("If-None-Match", tag))).Code);
        var change = await Reply.To(
            second.Http, "PATCH", path, """{"interval":900}""", "application/merge-patch+json", ("If-Match", tag));
        Assert.True(change.Code == 200, change.Text);
    }

    private static string? NodeOf(JsonElement exchange) => exchange.GetProperty("status").GetProperty("node").GetString();

    private static async Task<(HttpStatusCode Code, SortedDictionary<string, string> Checks)> Readiness(HttpClient client)
    {
        using var answer = await client.GetAsync(new Uri("healthz/ready", UriKind.Relative));
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (answer.StatusCode, new SortedDictionary<string, string>(
            body.RootElement.GetProperty("checks").EnumerateObject().ToDictionary(check => check.Name, check => check.Value.GetString()!),
            StringComparer.Ordinal));
    }
}
