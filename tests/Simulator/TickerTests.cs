using System.Text.Json;

namespace MarketManager.Simulator.Tests;

public sealed class TickerTests
{
    [Fact]
    public async Task Every_ticker_is_consistent_and_on_the_grids_of_its_symbol()
    {
        await using var venue = await Venue.Open(symbols: 3000, at: Venue.Start.AddMilliseconds(12_345));
        var symbols = (await venue.Get("/api/v3/exchangeInfo")).GetProperty("symbols").EnumerateArray().ToDictionary(x => x.Text("symbol"));
        foreach (var ticker in (await venue.Get("/api/v3/ticker/24hr")).EnumerateArray())
        {
            var name = ticker.Text("symbol");
            var filters = symbols[name].GetProperty("filters");
            var (tick, lot) = (filters[0].Decimal("tickSize"), filters[1].Decimal("stepSize"));
            var (last, low, high) = (ticker.Decimal("lastPrice"), ticker.Decimal("lowPrice"), ticker.Decimal("highPrice"));
            Assert.True(low < high || symbols[name].Text("baseAsset") == "USDC" || symbols[name].Text("baseAsset") == "FDUSD", name);
            Assert.InRange(last, low, high);
            Assert.InRange(ticker.Decimal("openPrice"), low, high);
            Assert.InRange(ticker.Decimal("weightedAvgPrice"), low, high);
            Assert.Equal((last - tick, last + tick), (ticker.Decimal("bidPrice"), ticker.Decimal("askPrice")));
            Assert.True(ticker.Decimal("bidPrice") > 0, name);
            Assert.True(ticker.Decimal("bidQty") > 0 && ticker.Decimal("askQty") > 0 && ticker.Decimal("lastQty") > 0, name);
            Assert.Equal((0m, 0m), (last % tick, ticker.Decimal("volume") % lot));
            Assert.Equal(last - ticker.Decimal("openPrice"), ticker.Decimal("priceChange"));
            Assert.InRange(ticker.Decimal("quoteVolume"), low * ticker.Decimal("volume"), high * ticker.Decimal("volume"));
            Assert.Equal(ticker.Long("lastId") - ticker.Long("firstId") + 1, ticker.Long("count"));
        }
    }

    [Fact]
    public async Task One_symbol_is_an_object_and_the_same_as_in_the_list()
    {
        await using var venue = await Venue.Open();
        foreach (var path in new[] { "ticker/24hr", "ticker/price", "ticker/bookTicker" })
        {
            var one = await venue.Get($"/api/v3/{path}?symbol=ETHBTC");
            var some = await venue.Get($"/api/v3/{path}?symbols=[\"BTCUSDT\",\"ETHBTC\"]");
            var all = await venue.Get($"/api/v3/{path}");
            Assert.Equal("ETHBTC", one.Text("symbol"));
            Assert.Equal((2, 120), (some.GetArrayLength(), all.GetArrayLength()));
            Assert.Equal(one.GetRawText(), some[1].GetRawText());
            Assert.Equal(one.GetRawText(), all[3].GetRawText());
        }
    }

    [Fact]
    public async Task Decimals_have_eight_digits_after_the_point_and_a_percentage_three()
    {
        await using var venue = await Venue.Open();
        var ticker = await venue.Get("/api/v3/ticker/24hr?symbol=BTCUSDT");
        foreach (var field in ticker.EnumerateObject().Where(x => x.Value.ValueKind == JsonValueKind.String && x.Name != "symbol"))
        {
            var text = field.Value.GetString()!;
            Assert.Equal(field.Name == "priceChangePercent" ? 3 : 8, text.Length - text.IndexOf('.') - 1);
        }
    }

    [Fact]
    public async Task A_mini_ticker_has_only_the_fields_of_one()
    {
        await using var venue = await Venue.Open();
        Assert.Equal(
            ["symbol", "openPrice", "highPrice", "lowPrice", "lastPrice", "volume", "quoteVolume", "openTime", "closeTime",
                "firstId", "lastId", "count"],
            (await venue.Get("/api/v3/ticker/24hr?symbol=BTCUSDT&type=MINI")).EnumerateObject().Select(x => x.Name));
    }

    [Fact]
    public async Task Prices_stand_for_a_tenth_of_a_second_and_then_move()
    {
        await using var venue = await Venue.Open();
        var before = await venue.Bytes("/api/v3/ticker/24hr");
        venue.Clock.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Equal(before, await venue.Bytes("/api/v3/ticker/24hr"));
        venue.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.NotEqual(before, await venue.Bytes("/api/v3/ticker/24hr"));
    }

    [Fact]
    public async Task Cross_rates_agree()
    {
        await using var venue = await Venue.Open();
        var (eth, btc, cross) = (await Last("ETHUSDT"), await Last("BTCUSDT"), await Last("ETHBTC"));
        Assert.InRange(cross, (eth / btc) - 0.00001m, (eth / btc) + 0.00001m);

        async Task<decimal> Last(string symbol) => (await venue.Get("/api/v3/ticker/price?symbol=" + symbol)).Decimal("price");
    }

    [Fact]
    public async Task Prices_are_at_familiar_levels()
    {
        await using var venue = await Venue.Open();
        Assert.InRange((await venue.Get("/api/v3/ticker/price?symbol=BTCUSDT")).Decimal("price"), 40_000, 95_000);
        Assert.InRange((await venue.Get("/api/v3/ticker/price?symbol=USDCUSDT")).Decimal("price"), 0.995m, 1.005m);
        Assert.InRange((await venue.Get("/api/v3/avgPrice?symbol=ETHUSDT")).Decimal("price"), 1_500, 6_000);
    }

    [Fact]
    public async Task The_best_of_the_book_is_the_book_ticker()
    {
        await using var venue = await Venue.Open();
        var ticker = await venue.Get("/api/v3/ticker/bookTicker?symbol=SOLUSDT");
        var book = await venue.Get("/api/v3/depth?symbol=SOLUSDT");
        Assert.Equal([ticker.Text("bidPrice"), ticker.Text("bidQty")], Best("bids"));
        Assert.Equal([ticker.Text("askPrice"), ticker.Text("askQty")], Best("asks"));

        IEnumerable<string?> Best(string side) => book.GetProperty(side)[0].EnumerateArray().Select(x => x.GetString());
    }

    [Fact]
    public async Task A_book_falls_to_both_sides_and_is_as_deep_as_asked_for()
    {
        await using var venue = await Venue.Open();
        var book = await venue.Get("/api/v3/depth?symbol=BTCUSDT&limit=5001");
        var (bids, asks) = (Prices("bids"), Prices("asks"));
        Assert.Equal((5000, 5000), (bids.Count, asks.Count));
        Assert.Equal(bids.OrderDescending().Distinct(), bids);
        Assert.Equal(asks.Order().Distinct(), asks);

        List<decimal> Prices(string side) => [.. book.GetProperty(side).EnumerateArray().Select(x => x[0].Decimal())];
    }
}
