using System.Globalization;

namespace MarketManager.Simulator.Pricing;

/// <summary>What the venue lists: well-known assets at familiar prices first, then as many made-up ones as are asked for.</summary>
internal static class Catalogue
{
    private const double Million = 1e6;

    /// <summary>Name, price in USD, daily turnover in million USD, volatility relative to BTC.</summary>
    private static readonly (string Name, double Usd, double Millions, double Volatility)[] Known =
    [
        ("BTC", 64_000, 2400, 1), ("ETH", 3_100, 1500, 1.2), ("BNB", 590, 420, 1), ("USDT", 1, 0, 0.003), ("USDC", 1, 900, 0.003),
        ("FDUSD", 1, 300, 0.004), ("SOL", 152, 900, 1.7), ("XRP", 0.58, 600, 1.5), ("DOGE", 0.142, 480, 1.9), ("ADA", 0.46, 180, 1.6),
        ("PEPE", 0.0000112, 420, 2.4), ("SHIB", 0.0000187, 150, 1.9), ("AVAX", 33, 140, 1.7), ("LINK", 14.6, 130, 1.6),
        ("TRX", 0.122, 90, 0.8), ("DOT", 6.4, 85, 1.5), ("NEAR", 5.6, 120, 1.9), ("LTC", 81, 110, 1.3), ("BCH", 442, 95, 1.5),
        ("MATIC", 0.68, 90, 1.6), ("UNI", 7.9, 80, 1.8), ("APT", 8.8, 70, 1.8), ("FIL", 5.9, 75, 1.6), ("ETC", 26.5, 60, 1.5),
        ("ATOM", 8.4, 55, 1.5), ("ARB", 1.02, 90, 1.8), ("OP", 2.45, 85, 1.9), ("INJ", 25.4, 70, 2), ("SUI", 1.08, 130, 2.1),
        ("XLM", 0.108, 40, 1.4), ("HBAR", 0.092, 35, 1.6), ("VET", 0.034, 30, 1.6), ("ICP", 12.1, 45, 1.7), ("RUNE", 5.3, 60, 2),
        ("GRT", 0.27, 35, 1.8), ("AAVE", 88, 60, 1.7), ("MKR", 2_780, 35, 1.5), ("ALGO", 0.175, 28, 1.5), ("QNT", 102, 12, 1.4),
        ("FTM", 0.69, 80, 2), ("EGLD", 39.5, 14, 1.5), ("SAND", 0.43, 32, 1.6), ("MANA", 0.42, 24, 1.6), ("THETA", 2.05, 26, 1.8),
        ("AXS", 7.2, 22, 1.6), ("XTZ", 0.93, 14, 1.4), ("EOS", 0.79, 30, 1.4), ("FLOW", 0.86, 12, 1.5), ("CHZ", 0.115, 30, 1.6),
        ("NEO", 15.6, 18, 1.5), ("KAVA", 0.64, 9, 1.5), ("ZEC", 23.1, 25, 1.6), ("DASH", 29.4, 12, 1.3), ("IOTA", 0.215, 12, 1.5),
        ("CRV", 0.43, 40, 2), ("SNX", 2.7, 15, 1.7), ("COMP", 54, 14, 1.6), ("LDO", 2.02, 55, 1.9), ("GALA", 0.042, 50, 2),
        ("ENJ", 0.29, 10, 1.6), ("BAT", 0.235, 8, 1.4), ("ZIL", 0.0235, 12, 1.6), ("1INCH", 0.39, 10, 1.6), ("DYDX", 2.1, 30, 1.8),
        ("IMX", 2.1, 35, 1.9), ("STX", 2.05, 45, 2), ("SEI", 0.52, 60, 2.1), ("TIA", 9.6, 70, 2.2), ("ORDI", 39.5, 75, 2.4),
        ("WLD", 4.9, 120, 2.4), ("JUP", 1.05, 60, 2.2), ("PYTH", 0.42, 30, 2), ("BONK", 0.0000246, 110, 2.4), ("FLOKI", 0.000176, 90, 2.4),
        ("WIF", 2.9, 210, 2.6), ("JTO", 3.9, 35, 2.2), ("ENS", 15.2, 30, 2), ("FET", 2.15, 110, 2.3), ("RENDER", 10.2, 70, 2.1),
        ("AR", 38, 40, 2.1), ("ROSE", 0.092, 18, 1.8), ("CAKE", 2.75, 20, 1.5), ("GMX", 29.5, 9, 1.6), ("PENDLE", 5.1, 40, 2.2),
        ("CFX", 0.222, 25, 2), ("MASK", 3.4, 25, 1.8), ("BLUR", 0.41, 22, 2), ("SUSHI", 1.02, 16, 1.7), ("YFI", 6_850, 12, 1.4),
        ("KSM", 29.8, 7, 1.5), ("WAVES", 2.4, 12, 1.6), ("ONT", 0.31, 7, 1.5), ("QTUM", 3.6, 10, 1.5), ("LRC", 0.25, 10, 1.6),
    ];

    /// <summary>What assets are priced in, with the share of an asset's turnover and the least that a price there can be.</summary>
    private static readonly (string Name, double Share, double LeastPrice)[] Quotes =
        [("USDT", 0.7, 1e-6), ("BTC", 0.06, 1e-6), ("USDC", 0.1, 1e-6), ("FDUSD", 0.1, 1e-6), ("ETH", 0.03, 1e-5), ("BNB", 0.01, 1e-5)];

    private static readonly string[] First = ["BTCUSDT", "ETHUSDT", "BNBUSDT", "ETHBTC", "USDCUSDT"];

    /// <summary>The first <paramref name="count"/> symbols of the list; a longer list begins with the shorter one.</summary>
    public static IReadOnlyList<Symbol> List(int count, ulong seed)
    {
        var known = Known.Select((x, i) => new Asset(i, x.Name, x.Usd, x.Millions * Million, x.Volatility)).ToList();
        var priced = Quotes.Select(quote => (Asset: known.Single(x => x.Name == quote.Name), quote.Share, quote.LeastPrice)).ToList();
        var pairs =
            from quote in priced
            from asset in known
            where IsListed(asset, quote)
            select (Base: asset, Quote: quote.Asset, quote.Share);
        var familiar = pairs.OrderBy(pair => FirstIndex(pair.Base.Name + pair.Quote.Name)).ToList();
        var invented =
            from asset in Enumerable.Range(1, SimulatorOptions.MaxSymbols).Select(n => Invent(known.Count + n, n))
            from quote in priced.Take(3)
            where IsListed(asset, quote)
            select (Base: asset, Quote: quote.Asset, quote.Share);
        return [.. familiar.Concat(invented).Take(count).Select((pair, i) =>
            new Symbol(i, pair.Base, pair.Quote, pair.Base.DailyVolumeUsd * pair.Share, StatusOf(i), seed))];
    }

    private static bool IsListed(Asset asset, (Asset Asset, double Share, double LeastPrice) quote)
    {
        // BTCETH would be ETHBTC upside down; the stablecoins are listed against USDT only.
        var isSenior = asset.Index < quote.Asset.Index && quote.Asset.Volatility >= 0.5;
        var isStable = asset.Volatility < 0.5 && quote.Asset.Name != "USDT";
        return asset != quote.Asset
            && asset.Name != "USDT"
            && !isSenior
            && !isStable
            && asset.Usd / quote.Asset.Usd >= quote.LeastPrice;
    }

    private static int FirstIndex(string name) => Array.IndexOf(First, name) is var i and >= 0 ? i : First.Length;

    private static Asset Invent(int index, int n)
    {
        var draw = (ulong)index;
        return new Asset(
            index,
            "A" + n.ToString("D4", CultureInfo.InvariantCulture),
            Math.Round(0.1 * Math.Pow(500, Hash.Unit(draw, 1)), 4),
            Million * Math.Pow(20, Hash.Unit(draw, 2)),
            1 + (1.5 * Hash.Unit(draw, 3)));
    }

    /// <summary>The hundredth and the two hundredth symbol are no longer traded: on any real venue there are some.</summary>
    private static string StatusOf(int index) => index is 99 or 199 ? "BREAK" : "TRADING";
}
