using System.Text.Json;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Clusters;

/// <summary>A venue is asked by several nodes as if they were one.</summary>
public sealed class SharedBudgetTests
{
    [Fact]
    public async Task Two_nodes_that_want_more_than_the_venue_allows_are_never_refused()
    {
        const double Limit = 400;
        await using var nodes = await TwoNodes.Start("--weight-limit", "400");
        await nodes.Create(1, interval: 3600); // learns the limit, for both
        await RunningNode.Until("the limit is known", async () => await Budget(nodes.One) is not null || await Budget(nodes.Other) is not null);
        await RunningNode.Until("both nodes know the limit", async () =>
            (await Budget(nodes.One) ?? await Budget(nodes.Other))!.Value.GetProperty("limit").GetDouble() == Limit);
        await nodes.Create(12);

        // For the heaviest request there is, that for all tickers, which weighs 80: what does not fit is promised, and no node claims again.
        await RunningNode.Until("both nodes see that nothing is left", async () =>
            await Used(nodes.One) > Limit - 80 && await Used(nodes.Other) > Limit - 80);
        await RunningNode.Until("the venue's minute is used", async () => await nodes.Venue.Weight() > Limit / 2);

        Assert.InRange(await nodes.Venue.Weight(), Limit / 2, 2 * Limit); // of two of the venue's minutes, should one end meanwhile
        Assert.Equal(0, await Refused(nodes));
    }

    [Fact]
    public async Task A_refusal_that_one_node_is_told_stops_the_other_for_as_long_as_the_venue_said()
    {
        const int Exchanges = 10;
        await using var nodes = await TwoNodes.Start();
        await nodes.Create(Exchanges);
        await RunningNode.Until("both nodes ask", async () => await Budget(nodes.One) is not null && await Budget(nodes.Other) is not null);
        await nodes.Venue.Order("""{"kind":"rate_limit","retry_after":5,"count":1}""");
        await RunningNode.Until("both leave the venue alone", async () =>
            await BlockedUntil(nodes.One) is not null && await BlockedUntil(nodes.Other) is not null);
        var asked = await nodes.Venue.Asked();

        // For as long as it is still blocked after the venue was asked how often it was asked.
        var looks = 0;
        for (var counted = await nodes.Venue.Asked();
            await BlockedUntil(nodes.One) is not null && await BlockedUntil(nodes.Other) is not null;
            counted = await nodes.Venue.Asked())
        {
            // What was granted before, one request an exchange at most, may arrive later; in the five seconds they would ask fifty more.
            Assert.InRange(counted, asked, asked + Exchanges);
            looks++;
        }

        Assert.True(looks > 0);
        await RunningNode.Until("they go on", async () => await nodes.Venue.Asked() > asked + (2 * Exchanges));
    }

    [Theory]
    [InlineData("north", "north")]
    [InlineData("north", "south")]
    public async Task Nodes_share_the_budgets_of_the_address_that_they_name(string one, string other)
    {
        await using var venue = await RunningSimulator.Start("--weight-limit", "10000000"); // refuses nobody but whom it is told to
        await using var cluster = await RealCluster.Make();
        var site = venue.Address.GetLeftPart(UriPartial.Authority);
        RunningNode[] nodes = [await cluster.Add("n1", "--sim-url", site, "--egress", one), await cluster.Add("n2", "--sim-url", site, "--egress", other)];
        await cluster.Settled(2);
        await TwoNodes.Create(nodes[0], 10);
        await RunningNode.Until("both ask", async () => await Budget(nodes[0]) is not null && await Budget(nodes[1]) is not null);
        var named = string.Join(' ', new[] { one, other }.Distinct());
        await RunningNode.Until("the budgets of the addresses are kept", async () =>
            await cluster.Ask<string>("SELECT string_agg(DISTINCT egress, ' ' ORDER BY egress) FROM mm.budget") == named);

        await venue.Order("""{"kind":"rate_limit","retry_after":5,"count":1}""");
        var left = one == other ? 2 : 1;
        await RunningNode.Until("who is refused leaves the venue alone", async () => await Blocked(nodes) == left);
        var asked = await venue.Asked();

        var (counted, blocked) = (asked, left);
        for (var now = asked; (blocked = await Blocked(nodes)) == left; now = await venue.Asked())
        {
            counted = now;
        }

        Assert.InRange(blocked, 0, left);
        Assert.True(one == other || counted > asked, "the one that was not refused stands still");
    }

    private static async Task<int> Blocked(RunningNode[] nodes)
    {
        var blocked = await Task.WhenAll(nodes.Select(BlockedUntil));
        return blocked.Count(until => until is not null);
    }

    private static async Task<JsonElement?> Budget(RunningNode node) =>
        (await node.Get("api/venues/sim/")).GetProperty("budget") is { ValueKind: JsonValueKind.Object } budget ? budget : null;

    private static async Task<double> Used(RunningNode node) => await Budget(node) is { } budget ? budget.GetProperty("used").GetDouble() : 0;

    private static async Task<DateTimeOffset?> BlockedUntil(RunningNode node) =>
        await Budget(node) is { } budget && budget.GetProperty("blocked_until") is { ValueKind: JsonValueKind.String } until
            ? until.GetDateTimeOffset()
            : null;

    /// <summary>How many exchanges were ever refused for asking too much, or are now kept away.</summary>
    private static async Task<int> Refused(TwoNodes nodes)
    {
        var exchanges = (await nodes.One.Get("api/exchanges/?limit=1000")).GetProperty("results").EnumerateArray();
        return exchanges.Count(exchange => exchange.GetProperty("status").GetProperty("last_error") is { ValueKind: JsonValueKind.Object } error
                && error.GetProperty("kind").GetString() == "rate_limited")
            + (await BlockedUntil(nodes.One) is null ? 0 : 1)
            + (await BlockedUntil(nodes.Other) is null ? 0 : 1);
    }
}
