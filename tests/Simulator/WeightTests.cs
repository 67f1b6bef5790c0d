using System.Globalization;
using System.Net;
using MarketManager.Simulator.Limits;

namespace MarketManager.Simulator.Tests;

public sealed class WeightTests
{
    [Theory]
    [InlineData("ping", 1)]
    [InlineData("time", 1)]
    [InlineData("exchangeInfo", 20)]
    [InlineData("exchangeInfo?symbol=BTCUSDT", 20)]
    [InlineData("ticker/24hr", 80)]
    [InlineData("ticker/24hr?symbol=BTCUSDT", 2)]
    [InlineData("ticker/24hr?symbols=[\"BTCUSDT\",\"ETHUSDT\"]", 2)]
    [InlineData("ticker/price", 4)]
    [InlineData("ticker/price?symbol=BTCUSDT", 2)]
    [InlineData("ticker/price?symbolStatus=HALT", 4)]
    [InlineData("ticker/bookTicker", 4)]
    [InlineData("ticker/bookTicker?symbol=BTCUSDT", 2)]
    [InlineData("depth?symbol=BTCUSDT", 5)]
    [InlineData("depth?symbol=BTCUSDT&limit=101", 25)]
    [InlineData("depth?symbol=BTCUSDT&limit=1000", 50)]
    [InlineData("depth?symbol=BTCUSDT&limit=1001", 250)]
    [InlineData("trades?symbol=BTCUSDT", 25)]
    [InlineData("historicalTrades?symbol=BTCUSDT", 25)]
    [InlineData("aggTrades?symbol=BTCUSDT", 4)]
    [InlineData("klines?symbol=BTCUSDT&interval=1m", 2)]
    [InlineData("avgPrice?symbol=BTCUSDT", 2)]
    [InlineData("depth?symbol=NOPE", 5)]
    public async Task A_request_weighs_what_the_venue_says(string path, int weight)
    {
        await using var venue = await Venue.Open();
        using var response = await venue.Client.GetAsync("/api/v3/" + path);
        Assert.Equal(weight, Header(response, "X-MBX-USED-WEIGHT-1M"));
        Assert.Equal(weight, Header(response, "X-MBX-USED-WEIGHT"));
    }

    [Theory]
    [InlineData(20, 2)]
    [InlineData(21, 40)]
    [InlineData(100, 40)]
    [InlineData(101, 80)]
    public async Task A_list_of_day_tickers_weighs_by_its_length(int symbols, int weight)
    {
        await using var venue = await Venue.Open();
        var names = (await venue.Get("/api/v3/ticker/price")).EnumerateArray().Take(symbols).Select(x => $"\"{x.Text("symbol")}\"");
        using var response = await venue.Client.GetAsync($"/api/v3/ticker/24hr?symbols=[{string.Join(',', names)}]");
        Assert.Equal(4 + weight, Header(response, "X-MBX-USED-WEIGHT-1M"));
    }

    [Fact]
    public async Task Over_the_limit_requests_are_refused_until_the_minute_ends()
    {
        await using var venue = await Venue.Open(weightLimit: 100, at: Venue.Start.AddSeconds(20));
        using var first = await venue.Client.GetAsync("/api/v3/ticker/24hr");
        using var second = await venue.Client.GetAsync("/api/v3/ticker/24hr");
        Assert.Equal((HttpStatusCode.OK, 80), (first.StatusCode, Header(first, "X-MBX-USED-WEIGHT-1M")));
        Assert.Equal((HttpStatusCode.TooManyRequests, 160), (second.StatusCode, Header(second, "X-MBX-USED-WEIGHT-1M")));
        Assert.Equal(40, Header(second, "Retry-After"));
        Assert.StartsWith(
            """{"code":-1003,"msg":"Too much request weight used; current limit is 100 request weight per 1 MINUTE. """,
            await second.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);

        venue.Clock.Advance(TimeSpan.FromSeconds(40));
        using var third = await venue.Client.GetAsync("/api/v3/ticker/24hr");
        Assert.Equal((HttpStatusCode.OK, 80), (third.StatusCode, Header(third, "X-MBX-USED-WEIGHT-1M")));
    }

    [Fact]
    public async Task A_client_that_hammers_on_is_banned_and_longer_the_next_time()
    {
        await using var venue = await Venue.Open(weightLimit: 10);
        await Hammer();
        Assert.Equal((418, 120), await Ask());
        venue.Clock.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal((418, 1), await Ask());
        venue.Clock.Advance(TimeSpan.FromSeconds(1));
        await Hammer();
        Assert.Equal((418, 240), await Ask());

        async Task Hammer()
        {
            for (var i = 0; i < 10; i++)
            {
                Assert.Equal((200, 0), await Ask());
            }

            for (var i = 0; i < WeightMeter.RefusalsBeforeBan; i++)
            {
                Assert.Equal((429, 60), await Ask());
            }
        }

        async Task<(int Status, int RetryAfter)> Ask()
        {
            using var response = await venue.Client.GetAsync("/api/v3/ping");
            return ((int)response.StatusCode, response.Headers.Contains("Retry-After") ? Header(response, "Retry-After") : 0);
        }
    }

    [Fact]
    public async Task System_status_has_a_budget_of_its_own()
    {
        await using var venue = await Venue.Open();
        using var response = await venue.Client.GetAsync("/sapi/v1/system/status");
        Assert.Equal("""{"status":0,"msg":"normal"}""", await response.Content.ReadAsStringAsync());
        Assert.Equal(1, Header(response, "X-SAPI-USED-IP-WEIGHT-1M"));
        Assert.False(response.Headers.Contains("X-MBX-USED-WEIGHT-1M"));
    }

    private static int Header(HttpResponseMessage response, string name) =>
        int.Parse(Assert.Single(response.Headers.GetValues(name)), CultureInfo.InvariantCulture);
}
