using System.Text.Json;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Faults;

/// <summary>A venue that misbehaves in every way that the simulator can.</summary>
public sealed class VenueFaultTests(NodeOnSimulator rig) : IClassFixture<NodeOnSimulator>, IAsyncLifetime
{
    public Task InitializeAsync() => rig.Venue.Order();

    public Task DisposeAsync() => rig.Venue.Order();

    [Theory]
    [InlineData("""{"kind":"error"}""", "failed venue_unavailable 3")]
    [InlineData("""{"kind":"error","status":500}""", "failed venue_unavailable 3")]
    [InlineData("""{"kind":"malformed"}""", "failed bad_response 3")]
    [InlineData("""{"kind":"truncated"}""", "failed bad_response 3")]
    [InlineData("""{"kind":"reset"}""", "failed network 3")]
    [InlineData("""{"kind":"hang"}""", "failed timeout 3")]
    public async Task Run_of_a_faulty_venue_fails_and_changes_no_market(string fault, string outcome)
    {
        var exchange = await rig.Create("""{"ccxt":{"timeout":500}}""");
        Assert.Equal("succeeded - 1", NodeOnSimulator.Outcome(await rig.Run(exchange)));
        var (before, markets) = (await rig.Exchange(exchange), await rig.Markets(exchange));

        await rig.Venue.Order(fault);
        var failed = await rig.Run(exchange);
        var after = await rig.Exchange(exchange);

        Assert.Equal(outcome, NodeOnSimulator.Outcome(failed));
        Assert.Equal(20, markets.Length);
        Assert.Equal(markets, await rig.Markets(exchange));
        Assert.Equal(Brought(before), Brought(after));
        Assert.Equal(failed.GetProperty("error").ToString(), after.GetProperty("status").GetProperty("last_error").ToString());

        await rig.Venue.Order();
        Assert.Equal("succeeded - 1", NodeOnSimulator.Outcome(await rig.Run(exchange)));
        Assert.NotEqual(markets, await rig.Markets(exchange));
    }

    [Fact]
    public async Task Slow_venue_is_waited_for()
    {
        var exchange = await rig.Create("""{"markets":{"quotes":["USDT"]}}""");
        await rig.Venue.Order($$"""{"kind":"latency","milliseconds":700,"path":"{{RunningSimulator.Tickers}}"}""");

        var run = await rig.Run(exchange);

        Assert.Equal("succeeded - 1", NodeOnSimulator.Outcome(run));
        Assert.True(run.GetProperty("duration_ms").GetInt64() >= 700);
    }

    [Fact]
    public async Task Absurd_values_are_not_taken_for_prices()
    {
        var exchange = await rig.Create("""{"markets":{"types":["spot"]}}""");
        Assert.Equal("succeeded - 1", NodeOnSimulator.Outcome(await rig.Run(exchange)));
        await rig.Venue.Order($$"""{"kind":"absurd","path":"{{RunningSimulator.Tickers}}"}""");

        Assert.Equal("succeeded - 1", NodeOnSimulator.Outcome(await rig.Run(exchange)));

        var markets = (await rig.Node.Get($"api/markets/?exchange={exchange}")).GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(20, markets.Count);
        string[] amounts = ["last", "bid", "ask", "volume", "volume_usd"];
        Assert.DoesNotContain(markets, market => amounts.Any(field => market.GetProperty(field) is { ValueKind: JsonValueKind.Number } amount && amount.GetDecimal() < 0));
        Assert.Contains(markets, market => market.GetProperty("last").ValueKind == JsonValueKind.Null);
        Assert.Contains(markets, market => market.GetProperty("last").ValueKind == JsonValueKind.Number);
    }

    [Theory]
    [InlineData("rate_limit", 3)]
    [InlineData("ban", 3)]
    public async Task Venue_that_says_too_many_requests_is_left_alone_for_as_long_as_it_said(string kind, int seconds)
    {
        long one = await rig.Create("""{"markets":{"quotes":["USDT"]}}"""), other = await rig.Create();
        await rig.Venue.Order($$"""{"kind":"{{kind}}","retry_after":{{seconds}},"count":1}""");
        var first = await rig.Begin(one);
        await RunningNode.Until("the venue is left alone", async () => await BlockedUntil() is not null);
        var (until, asked) = ((await BlockedUntil())!.Value, await rig.Venue.Asked());

        var second = await rig.Begin(other);
        for (var blocked = true; blocked;)
        {
            var now = await rig.Venue.Asked();
            blocked = await BlockedUntil() is not null;
            Assert.True(!blocked || now == asked, "the venue was asked though it said not to");
        }

        var (a, b) = (await rig.Ended(one, first), await rig.Ended(other, second));
        Assert.Equal(("succeeded - 2", "succeeded - 1"), (NodeOnSimulator.Outcome(a), NodeOnSimulator.Outcome(b)));
        Assert.All([a, b], run => Assert.True(run.GetProperty("ended").GetDateTimeOffset() >= until));
    }

    [Fact]
    public async Task Run_that_would_be_overdue_before_the_venue_may_be_asked_again_ends_at_once()
    {
        var exchange = await rig.Create("""{"max_run":2}""");
        await rig.Venue.Order("""{"kind":"ban","retry_after":3,"count":1}""");

        Assert.Equal("failed rate_limited 1", NodeOnSimulator.Outcome(await rig.Run(exchange)));

        await RunningNode.Until("the ban is over", async () => await BlockedUntil() is null);
        Assert.Equal("succeeded - 1", NodeOnSimulator.Outcome(await rig.Run(exchange)));
    }

    [Fact]
    public async Task Run_that_hangs_past_its_limit_is_ended_as_stale()
    {
        var exchange = await rig.Create("""{"max_run":1}""");
        await rig.Venue.Order("""{"kind":"hang"}""");

        Assert.Equal("stale stale 1", NodeOnSimulator.Outcome(await rig.Run(exchange)));

        await rig.Venue.Order();
        Assert.Equal("succeeded - 1", NodeOnSimulator.Outcome(await rig.Run(exchange)));
    }

    [Fact]
    public async Task Exchange_goes_on_by_itself_after_its_venue_was_down()
    {
        // Three requests fail: the three attempts of one run.
        await rig.Venue.Order("""{"kind":"error","count":3}""");
        var exchange = await rig.Create("""{"markets":{"symbols":["BTC/USDT"]}}""", interval: 1, enabled: true);

        await RunningNode.Until("it has succeeded", async () => (await rig.Exchange(exchange)).GetProperty("last_update").ValueKind != JsonValueKind.Null);

        var runs = await rig.Runs(exchange);
        Assert.Equal(["failed venue_unavailable 3", "succeeded - 1"], runs.Take(2).Select(NodeOnSimulator.Outcome));
        var status = (await rig.Exchange(exchange)).GetProperty("status");
        Assert.Equal(0, status.GetProperty("consecutive_failures").GetInt32());
        Assert.Equal("venue_unavailable", status.GetProperty("last_error").GetProperty("kind").GetString());
        Assert.Equal(204, (await rig.Ask("DELETE", $"api/exchanges/{exchange}/")).Code);
    }

    private static string Brought(JsonElement exchange) => string.Join(
        ' ', ((string[])["volume", "top_pair", "top_pair_volume", "last_update", "updated"]).Select(field => exchange.GetProperty(field)));


    private async Task<DateTimeOffset?> BlockedUntil() =>
        (await rig.Node.Get("api/venues/sim/")).GetProperty("budget") is { ValueKind: JsonValueKind.Object } budget
        && budget.GetProperty("blocked_until") is { ValueKind: JsonValueKind.String } until
            ? until.GetDateTimeOffset()
            : null;
}
