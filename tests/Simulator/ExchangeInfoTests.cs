using System.Text.Json;

namespace MarketManager.Simulator.Tests;

public sealed class ExchangeInfoTests
{
    [Fact]
    public async Task Exchange_info_lists_as_many_symbols_as_asked_for_the_familiar_ones_first()
    {
        await using var venue = await Venue.Open(symbols: 300);
        var info = await venue.Get("/api/v3/exchangeInfo");
        var names = info.GetProperty("symbols").EnumerateArray().Select(x => x.Text("symbol")).ToList();
        Assert.Equal(300, names.Distinct().Count());
        Assert.Equal(["BTCUSDT", "ETHUSDT", "BNBUSDT", "ETHBTC", "USDCUSDT"], names.Take(5));
        Assert.Equal("UTC", info.Text("timezone"));
        Assert.Equal(Venue.Start.ToUnixTimeMilliseconds(), info.Long("serverTime"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3000)]
    public async Task A_simulator_lists_its_fewest_and_its_most_symbols(int symbols)
    {
        await using var venue = await Venue.Open(symbols);
        Assert.Equal(symbols, (await venue.Get("/api/v3/exchangeInfo")).GetProperty("symbols").GetArrayLength());
        Assert.Equal(symbols, (await venue.Get("/api/v3/ticker/24hr")).GetArrayLength());
    }

    [Fact]
    public async Task Rate_limits_announce_the_weight_limit()
    {
        await using var venue = await Venue.Open(weightLimit: 1234);
        var limit = (await venue.Get("/api/v3/exchangeInfo")).GetProperty("rateLimits").EnumerateArray()
            .Single(x => x.Text("rateLimitType") == "REQUEST_WEIGHT");
        Assert.Equal(("MINUTE", 1, 1234), (limit.Text("interval"), limit.Long("intervalNum"), limit.Long("limit")));
    }

    [Fact]
    public async Task A_symbol_has_the_fields_and_filters_of_the_spot_api()
    {
        await using var venue = await Venue.Open();
        var symbol = Assert.Single((await venue.Get("/api/v3/exchangeInfo?symbol=BTCUSDT")).GetProperty("symbols").EnumerateArray().ToList());
        Assert.Equal(("TRADING", "BTC", "USDT"), (symbol.Text("status"), symbol.Text("baseAsset"), symbol.Text("quoteAsset")));
        Assert.Equal("""[["SPOT","MARGIN"]]""", symbol.GetProperty("permissionSets").GetRawText());
        Assert.Equal(
            """{"filterType":"PRICE_FILTER","minPrice":"0.01000000","maxPrice":"1000000.00000000","tickSize":"0.01000000"}""",
            Filter(symbol, "PRICE_FILTER").GetRawText());
        Assert.Equal("0.00001000", Filter(symbol, "LOT_SIZE").Text("stepSize"));
        Assert.Equal("5.00000000", Filter(symbol, "NOTIONAL").Text("minNotional"));
        Assert.Equal(
            ["PRICE_FILTER", "LOT_SIZE", "ICEBERG_PARTS", "MARKET_LOT_SIZE", "TRAILING_DELTA", "PERCENT_PRICE_BY_SIDE", "NOTIONAL",
                "MAX_NUM_ORDERS", "MAX_NUM_ORDER_LISTS", "MAX_NUM_ALGO_ORDERS", "MAX_NUM_ORDER_AMENDS"],
            symbol.GetProperty("filters").EnumerateArray().Select(x => x.Text("filterType")));
    }

    [Fact]
    public async Task Symbols_can_be_named_and_filtered()
    {
        await using var venue = await Venue.Open();
        Assert.Equal(["ETHBTC", "BTCUSDT"], await Names("""symbols=["ETHBTC","BTCUSDT"]"""));
        Assert.Single(await Names("symbolStatus=BREAK"));
        Assert.Empty(await Names("symbolStatus=HALT"));
        Assert.Equal(120, (await Names("permissions=SPOT")).Count);
        Assert.True((await Names("permissions=MARGIN")).Count is > 0 and < 120);
        Assert.Equal("[]", (await venue.Get("/api/v3/exchangeInfo?symbol=BTCUSDT&showPermissionSets=false"))
            .GetProperty("symbols")[0].GetProperty("permissionSets").GetRawText());

        async Task<List<string>> Names(string query) =>
            [.. (await venue.Get("/api/v3/exchangeInfo?" + query)).GetProperty("symbols").EnumerateArray().Select(x => x.Text("symbol"))];
    }

    [Fact]
    public async Task The_hundredth_symbol_is_the_first_that_is_not_trading()
    {
        await using var small = await Venue.Open(symbols: 99);
        Assert.Empty((await small.Get("/api/v3/ticker/price?symbolStatus=BREAK")).EnumerateArray());
        await using var large = await Venue.Open(symbols: 100);
        Assert.Equal(1, (await large.Get("/api/v3/ticker/price?symbolStatus=BREAK")).GetArrayLength());
    }

    private static JsonElement Filter(JsonElement symbol, string type) =>
        symbol.GetProperty("filters").EnumerateArray().Single(x => x.Text("filterType") == type);
}
