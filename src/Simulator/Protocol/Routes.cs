using System.Collections.Frozen;
using MarketManager.Simulator.Pricing;

namespace MarketManager.Simulator.Protocol;

/// <summary>The venue's REST interface as a table. Paths and weights: Binance spot API, general market data endpoints.</summary>
internal static class Routes
{
    /// <summary>Paths under here have a budget of their own.</summary>
    public const string SapiPrefix = "/sapi/";

    /// <summary>All routes of a venue, by path.</summary>
    public static FrozenDictionary<string, Route> Of(Listing listing, ulong seed, int weightLimit)
    {
        var tickers = new TickerRoutes(new TickerBoard(seed, listing.All));
        var trades = new TradeRoutes(seed);
        var candles = new CandleRoutes(seed);
        return new Dictionary<string, Route>
        {
            ["/api/v3/ping"] = new(1, ServiceRoutes.Ping),
            ["/api/v3/time"] = new(1, ServiceRoutes.Time),
            ["/api/v3/exchangeInfo"] = new(20, new ExchangeInfoRoute(listing, weightLimit).Understand),
            ["/api/v3/ticker/24hr"] = new(2, tickers.Day),
            ["/api/v3/ticker/price"] = new(2, tickers.Price),
            ["/api/v3/ticker/bookTicker"] = new(2, tickers.BookTicker),
            ["/api/v3/depth"] = new(5, new DepthRoute(seed).Understand),
            ["/api/v3/trades"] = new(25, trades.Recent),
            ["/api/v3/historicalTrades"] = new(25, trades.Historical),
            ["/api/v3/aggTrades"] = new(4, trades.Aggregate),
            ["/api/v3/klines"] = new(2, candles.Candles),
            ["/api/v3/uiKlines"] = new(2, candles.Candles),
            ["/api/v3/avgPrice"] = new(2, candles.AveragePrice),
            [SapiPrefix + "v1/system/status"] = new(1, ServiceRoutes.SystemStatus),
        }.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
