using System.Net;
using System.Text.Json;
using MarketManager.EndToEnd.Tests.Nodes;
using MarketManager.TestKit.Postgres;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Clusters;

/// <summary>A cluster as it is offered to others: behind a proxy, with keys.</summary>
public sealed class ClusterAccessTests
{
    // A read that hangs ends after half a minute; requests that waited for it one after the other would take much longer.
    private static readonly TimeSpan ForAll = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Keys_hold_on_every_node_are_revoked_on_every_node_and_go_on_while_they_cannot_be_read()
    {
        await using var cluster = await RealCluster.Make();
        var admin = await KeyBeforeTheFirstStart(cluster);
        var (one, other) = (await cluster.Add("one", "--behind-proxy"), await cluster.Add("other", "--behind-proxy"));
        await cluster.Settled(2);
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(one, "no key"));
        Assert.Equal(HttpStatusCode.OK, await Ask(one, admin));

        var made = await Send(one, HttpMethod.Post, "api/keys/", admin, """{"name":"bot","role":"viewer"}""");
        var (id, bot) = (made.GetProperty("id").GetString(), made.GetProperty("key").GetString()!);
        await RunningNode.Until("the other node knows the key", async () => await Ask(other, bot) == HttpStatusCode.OK);
        await Send(one, HttpMethod.Delete, $"api/keys/{id}/", admin);
        await RunningNode.Until("the other node refuses the key", async () => await Ask(other, bot) == HttpStatusCode.Unauthorized);

        await using (await TableLock.Take(cluster.Postgres, "mm.api_key"))
        {
            // Past the second for which keys that were read count as new.
            await RunningNode.Until("reading them is waited for in vain", async () => await Ask(other, admin) == HttpStatusCode.OK && await IsBlocked(cluster));
            using var patience = new CancellationTokenSource(ForAll);
            for (var i = 0; i < 100; i++)
            {
                Assert.Equal(HttpStatusCode.OK, await Ask(other, admin, patience.Token));
            }
        }

        Assert.Equal(HttpStatusCode.OK, await Ask(other, admin));
    }

    private static async Task<string> KeyBeforeTheFirstStart(RealCluster cluster)
    {
        var made = await Invocation.Run(
            new Dictionary<string, string> { ["MARKETMANAGER_POSTGRES"] = cluster.Postgres },
            ["keys", "add", "first", "--role", "admin", "--data", cluster.FolderOf("one").Path, "--output", "json"]);
        Assert.True(made.ExitCode == 0, made.Error);
        return JsonDocument.Parse(made.Out).RootElement.GetProperty("key").GetString()!;
    }

    private static async Task<bool> IsBlocked(RealCluster cluster) => await cluster.Ask<long>(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%api_key%'") > 0;

    private static async Task<HttpStatusCode> Ask(RunningNode node, string key, CancellationToken cancellationToken = default)
    {
        using var request = Request(HttpMethod.Get, "api/venues/", key);
        using var answer = await node.Http.SendAsync(request, cancellationToken);
        return answer.StatusCode;
    }

    private static async Task<JsonElement> Send(RunningNode node, HttpMethod method, string path, string key, string? body = null)
    {
        using var request = Request(method, path, key);
        request.Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await node.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string key)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        return request;
    }
}
