using MarketManager.Actors.Runs;
using MarketManager.Actors.Venues;
using MarketManager.Venues.Tests.Support;

namespace MarketManager.Venues.Tests.Ccxt;

/// <summary>Venues that differ: without fetchTickers, with several kinds of markets, without a spot market.</summary>
public class VenueKindsTests
{
    [Fact]
    public async Task A_venue_without_fetch_tickers_is_asked_symbol_by_symbol_up_to_the_most()
    {
        await using var venue = await FakeVenue.Start(path => path switch
        {
            _ when path.EndsWith("/spot/pairs", StringComparison.Ordinal) => Pairs("gone", "btc", "eth", "xrp", "ltc"),
            _ when path.EndsWith("/btc_jpy/ticker", StringComparison.Ordinal) => """{"success":0,"data":{"code":10000}}""",
            _ when path.EndsWith("/ticker", StringComparison.Ordinal) =>
                """{"success":1,"data":{"sell":"102","buy":"100","last":"101","vol":"3","timestamp":1700000000000}}""",
            _ => null,
        });
        await using var venues = TestVenues.Start();

        var gathered = await venues.Source.Gather(Bitbank(venue, 3), default);

        Assert.Equal(5, gathered.Markets.Count);
        Assert.Equal(4, venue.Asked.Count);
        Assert.Equal(["ETH/JPY", "XRP/JPY"], gathered.Tickers.Select(ticker => ticker.Symbol).Order(StringComparer.Ordinal));
        Assert.All(gathered.Tickers, ticker => Assert.Equal(
            (101m, 100m, 102m, 3m, null), (ticker.Last, ticker.Bid, ticker.Ask, ticker.BaseVolume, ticker.QuoteVolume)));
    }

    [Fact]
    public async Task Kinds_that_a_venue_serves_apart_are_asked_for_apart_and_no_others_are_loaded()
    {
        await using var venue = await FakeVenue.Start(path => path switch
        {
            "/fapi/v1/exchangeInfo" => Contracts("BTCUSDT", "BTC", "USDT", "USDT", "PERPETUAL", 0),
            "/dapi/v1/exchangeInfo" => Contracts("BTCUSD_PERP", "BTC", "USD", "BTC", "PERPETUAL", 100),
            "/fapi/v1/ticker/24hr" => """[{"symbol":"BTCUSDT","lastPrice":"50000","volume":"7","quoteVolume":"350000","closeTime":1700000000000}]""",
            "/dapi/v1/ticker/24hr" => """[{"symbol":"BTCUSD_PERP","lastPrice":"50001","volume":"70","baseVolume":"0.14","closeTime":1700000000000}]""",
            _ => null,
        });
        await using var venues = TestVenues.Start();
        var options = $$$$"""{"ccxt":{"urls":{"api":{"fapiPublic":"{{{{venue.Address}}}}/fapi/v1","dapiPublic":"{{{{venue.Address}}}}/dapi/v1","public":"{{{{venue.Address}}}}/api/v3"}}},"markets":{"types":["swap"]}}""";

        var gathered = await venues.Source.Gather(new MarketFeedKey("binance", options), default);

        Assert.Equal(
            [
                new VenueMarket("BTC/USDT:USDT", "swap", "BTC", "USDT", "USDT", true, true, 1m, false),
                new VenueMarket("BTC/USD:BTC", "swap", "BTC", "USD", "BTC", true, true, 100m, true),
            ],
            gathered.Markets);
        Assert.Equal([50_000m, 50_001m], gathered.Tickers.Select(ticker => ticker.Last!.Value).Order());
        Assert.Equal(
            ["/dapi/v1/exchangeInfo", "/dapi/v1/ticker/24hr", "/fapi/v1/exchangeInfo", "/fapi/v1/ticker/24hr"],
            venue.Asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_venue_that_answers_without_anything_does_not_succeed()
    {
        await using var venue = await FakeVenue.Start(path =>
            path.EndsWith("/spot/pairs", StringComparison.Ordinal) ? """{"success":1,"data":{"pairs":[]}}""" : null);
        await using var venues = TestVenues.Start();

        var error = await Assert.ThrowsAsync<VenueException>(() => venues.Source.Gather(Bitbank(venue, 3), default));

        Assert.Equal(ErrorKinds.BadResponse, error.Kind);
    }

    [Fact]
    public async Task A_ticker_that_ccxt_cannot_calculate_with_keeps_what_it_has()
    {
        await using var venue = await FakeVenue.Start(path => path switch
        {
            "/api/v3/exchangeInfo" => """{"symbols":[{"symbol":"ETHUSDT","status":"TRADING","baseAsset":"ETH","quoteAsset":"USDT","filters":[]}]}""",
            "/api/v3/ticker/24hr" => """[{"symbol":"ETHUSDT","openPrice":"1","priceChangePercent":"abc","bidPrice":"2","askPrice":"3"}]""",
            _ => null,
        });
        await using var venues = TestVenues.Start(simulator: new Uri(venue.Address));

        var ticker = Assert.Single((await venues.GatherSim()).Tickers);

        Assert.Equal((null, 2m, 3m), (ticker.Last, ticker.Bid, ticker.Ask));
    }

    [Fact]
    public async Task A_symbol_that_no_market_has_asks_for_the_markets_once_a_minute_at_most()
    {
        await using var venue = await FakeVenue.Start(path => path switch
        {
            "/api/v3/exchangeInfo" => """{"symbols":[{"symbol":"ETHUSDT","status":"TRADING","baseAsset":"ETH","quoteAsset":"USDT","filters":[]}]}""",
            "/api/v3/ticker/24hr" => """[{"symbol":"ETHUSDT","lastPrice":"1"},{"symbol":"NEWUSDT","lastPrice":"2"}]""",
            _ => null,
        });
        await using var venues = TestVenues.Start(simulator: new Uri(venue.Address));
        await venues.GatherSim();
        var second = await venues.GatherSim();

        Assert.Equal("ETH/USDT", Assert.Single(second.Tickers).Symbol);
        Assert.Equal(["/api/v3/exchangeInfo", "/api/v3/ticker/24hr", "/api/v3/ticker/24hr"], venue.Asked);
    }

    [Fact]
    public async Task A_venue_that_cannot_be_reached_is_a_network_error()
    {
        await using var venues = TestVenues.Start(simulator: new Uri("http://127.0.0.1:9"));

        Assert.Equal(ErrorKinds.Network, (await Assert.ThrowsAsync<VenueException>(() => venues.GatherSim())).Kind);
    }

    private static MarketFeedKey Bitbank(FakeVenue venue, int maxSymbols) => new(
        "bitbank",
        $$$$"""{"ccxt":{"urls":{"api":{"markets":"{{{{venue.Address}}}}","public":"{{{{venue.Address}}}}"}},"rateLimit":1},"markets":{"max_symbols":{{{{maxSymbols}}}}}}""");

    private static string Pairs(params string[] bases)
    {
        var pairs = bases.Select(name =>
            $$"""{"name":"{{name}}_jpy","base_asset":"{{name}}","quote_asset":"jpy","is_enabled":{{(name == "gone" ? "false" : "true")}}}""");
        return $$$"""{"success":1,"data":{"pairs":[{{{string.Join(',', pairs)}}}]}}""";
    }

    private static string Contracts(string symbol, string traded, string quote, string margin, string type, int size)
    {
        var contractSize = size == 0 ? "" : $"\"contractSize\":{size},";
        return $$$"""{"rateLimits":[],"symbols":[{"symbol":"{{{symbol}}}","pair":"{{{symbol}}}","contractType":"{{{type}}}",{{{contractSize}}}"status":"TRADING","contractStatus":"TRADING","baseAsset":"{{{traded}}}","quoteAsset":"{{{quote}}}","marginAsset":"{{{margin}}}","filters":[],"orderTypes":["LIMIT"]}]}""";
    }
}
