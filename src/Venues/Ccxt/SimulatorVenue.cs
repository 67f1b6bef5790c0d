using MarketManager.Actors.Runs;
using MarketManager.Actors.Venues;

namespace MarketManager.Venues.Ccxt;

/// <summary>The venue that ships with the product: ccxt's binance, pointed at the simulator.</summary>
internal static class SimulatorVenue
{
    /// <summary>Its id.</summary>
    public const string Id = "sim";

    private const string Class = "binance";

    /// <summary>What the simulator serves of what ccxt's binance can do.</summary>
    private static readonly string[] Served =
    [
        "publicAPI", "spot", "fetchMarkets", "fetchTime", "fetchStatus", "fetchTicker", "fetchTickers", "fetchBidsAsks",
        "fetchLastPrices", "fetchOrderBook", "fetchTrades", "fetchOHLCV",
    ];

    /// <summary>ccxt's class for a venue.</summary>
    public static string ClassOf(string venue) => venue == Id ? Class : venue;

    /// <summary>Where the simulator is; null for any other venue.</summary>
    /// <exception cref="VenueException">venue_unavailable: there is no simulator.</exception>
    public static string? OriginOf(string venue, Func<Uri?> simulator)
    {
        if (venue != Id)
        {
            return null;
        }

        return simulator()?.GetLeftPart(UriPartial.Authority) ?? throw new VenueException(
            ErrorKinds.VenueUnavailable,
            "no simulator is running; start one with 'marketmanager run --demo', or with 'marketmanager simulator' and --sim-url");
    }

    /// <summary>How it is listed.</summary>
    /// <param name="binance">As ccxt describes it.</param>
    public static VenueInfo Describe(VenueInfo binance) => binance with
    {
        Id = Id,
        Name = "Simulator",
        Countries = [],
        Url = null,
        ApiUrl = null,
        Logo = null,
        Doc = null,
        Has = binance.Has.ToDictionary(pair => pair.Key, pair => Served.Contains(pair.Key) ? pair.Value : VenueCapability.No),
    };
}
