using System.Text.Json;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Faults;

/// <summary>Every venue is asked once, however many want to know.</summary>
public sealed class SharingTests(NodeOnSimulator rig) : IClassFixture<NodeOnSimulator>
{
    [Theory]
    [InlineData("""{"markets":{"quotes":["USDT"]}}""", """{"markets":{"quotes":["USDT"]},"max_run":60}""", true)]
    [InlineData("""{"markets":{"symbols":["BTC/USDT"]}}""", "{}", false)]
    public async Task Two_exchanges_ask_once_per_due_time_where_their_options_are_the_same(string one, string other, bool once)
    {
        long[] both = [await rig.Create(one, interval: 2), await rig.Create(other, interval: 2)];
        await rig.Venue.Forget();

        await Task.WhenAll(both.Select(id => rig.Ask("PATCH", $"api/exchanges/{id}/", """{"enabled":true}""")));
        await RunningNode.Until("each has run three times", async () => (await Ended(both)).All(count => count >= 3));
        Assert.Equal(200, (await rig.Ask("POST", "api/pause/")).Code);
        await RunningNode.Until("none runs", async () => (await Task.WhenAll(both.Select(rig.Exchange))).All(IsIdle));

        var (runs, asked) = (await Ended(both), await rig.Venue.Asked(RunningSimulator.Tickers));
        Assert.Equal(once ? runs.Max() : runs.Sum(), asked);
        foreach (var id in both)
        {
            Assert.Equal(204, (await rig.Ask("DELETE", $"api/exchanges/{id}/")).Code);
        }

        Assert.Equal(200, (await rig.Ask("POST", "api/resume/")).Code);
    }

    private static bool IsIdle(JsonElement exchange) => exchange.GetProperty("status").GetProperty("state").GetString() == "idle";

    private Task<int[]> Ended(long[] exchanges) => Task.WhenAll(exchanges.Select(async id =>
        (await rig.Runs(id)).Count(run => run.GetProperty("state").GetString() == "succeeded")));
}
