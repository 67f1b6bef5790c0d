using System.Globalization;
using System.Text;
using System.Text.Json;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Clusters;

/// <summary>What an <c>Idempotency-Key</c> promises holds whichever node is asked.</summary>
public sealed class KeyTests
{
    private const int Pairs = 20;

    [Fact]
    public async Task Creation_that_is_asked_of_two_nodes_at_once_under_one_key_is_made_once_and_both_get_its_answer()
    {
        await using var cluster = await RealCluster.Make();
        var (one, other) = (await cluster.Add("one"), await cluster.Add("other"));
        await cluster.Settled(2);
        for (var i = 0; i < Pairs; i++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"key {i}");
            var body = JsonSerializer.Serialize(new { name = $"At once {i}", venue = "kraken", enabled = false });
            await BothGetOneAnswer(() => Create(one, key, body), () => Create(other, key, body));
        }

        Assert.Equal(Pairs, await cluster.Ask<long>("SELECT count(*) FROM mm.exchange"));
    }

    private static async Task BothGetOneAnswer(Func<Task<(int Code, string Text)>> one, Func<Task<(int Code, string Text)>> other)
    {
        var (asked, alsoAsked) = (one(), other());
        var (first, second) = (await asked, await alsoAsked);

        // Who came while the other was still being carried out is told so, and may ask again.
        first = IsStillUnderWay(first) ? await one() : first;
        second = IsStillUnderWay(second) ? await other() : second;
        Assert.Equal((201, first.Text), first);
        Assert.Equal(first, second);
    }

    private static bool IsStillUnderWay((int Code, string Text) answer) =>
        answer.Code == 409 && answer.Text.Contains("still being carried out", StringComparison.Ordinal);

    private static async Task<(int Code, string Text)> Create(RunningNode node, string key, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("api/exchanges/", UriKind.Relative))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await node.Http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
