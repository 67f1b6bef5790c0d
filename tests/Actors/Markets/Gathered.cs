using System.Globalization;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Venues;

namespace MarketManager.Actors.Tests.Markets;

/// <summary>Builds what a venue sent, one market a line.</summary>
internal sealed class Gathered
{
    private readonly List<VenueMarket> _markets = [];
    private readonly List<VenueTicker> _tickers = [];

    /// <summary>A spot market, with a ticker unless nothing is said of it.</summary>
    public Gathered Spot(
        string symbol,
        decimal? last = null,
        decimal? volume = null,
        decimal? bid = null,
        decimal? ask = null,
        decimal? traded = null,
        decimal? vwap = null,
        bool? active = true,
        string type = "spot")
    {
        var (traders, priced) = Split(symbol);
        _markets.Add(new(symbol, type, traders, priced, null, active, false, null, false));
        return Tell(symbol, last, volume, bid, ask, traded, vwap);
    }

    /// <summary>A derivative.</summary>
    public Gathered Contract(
        string symbol,
        decimal? size,
        decimal? traded,
        decimal? last = null,
        decimal? vwap = null,
        decimal? volume = null,
        bool inverse = false,
        string type = "swap")
    {
        var (traders, priced) = Split(symbol.Split(':')[0]);
        var settle = symbol.Split(':')[1].Split('-')[0];
        _markets.Add(new(symbol, type, traders, priced, settle, true, true, size, inverse));
        return Tell(symbol, last, volume, null, null, traded, vwap);
    }

    /// <summary>A ticker of its own.</summary>
    public Gathered Ticker(string symbol, decimal? last)
    {
        _tickers.Add(new(symbol, last, null, null, null, null, null, null));
        return this;
    }

    public VenueMarkets Sent(int rejected = 0) => new(_markets.ToArray(), _tickers.ToArray(), rejected);

    public MarketGathering Totals(params string[] stablecoins) =>
        MarketTotals.Of(Sent(), stablecoins.Length == 0 ? Stablecoins.Default : new(stablecoins));

    /// <summary>A number that is easier to read as a text.</summary>
    public static decimal Number(string text) => decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private Gathered Tell(
        string symbol, decimal? last, decimal? volume, decimal? bid, decimal? ask, decimal? traded, decimal? vwap)
    {
        if ((last ?? volume ?? bid ?? ask ?? traded ?? vwap) is not null)
        {
            _tickers.Add(new(symbol, last, bid, ask, traded, volume, vwap, null));
        }

        return this;
    }

    private static (string Traded, string Priced) Split(string pair) => pair.Split('/') is [var b, var q] ? (b, q) : (pair, "USD");
}

internal static class GatheringExtensions
{
    public static MarketRow Row(this MarketGathering gathering, string symbol) => gathering.Rows.Single(r => r.Symbol == symbol);
}
