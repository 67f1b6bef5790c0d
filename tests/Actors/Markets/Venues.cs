using FsCheck;
using FsCheck.Fluent;
using MarketManager.Actors.Venues;

namespace MarketManager.Actors.Tests.Markets;

/// <summary>Random venues: spot markets between a dozen currencies, so that cycles and competing ways are common.</summary>
internal static class Venues
{
    private static readonly string[] Currencies =
        ["USD", "USDT", "USDC", "DAI", "BTC", "ETH", "BNB", "EUR", "KRW", "AAA", "BBB", "CCC"];

    // Sane, missing, none and absurd.
    private static readonly Gen<decimal?> AnyPrice = Gen.Frequency(
        (8, Gen.Choose(1, 1_000_000).Select(n => (decimal?)n / 1000)),
        (2, Gen.Constant<decimal?>(null)),
        (1, Gen.Elements<decimal?>(0, -1, decimal.MaxValue, decimal.MinValue, new decimal(1, 0, 0, false, 28))));

    private static readonly Gen<decimal?> SanePrice = Gen.Choose(1, 1000).Select(n => (decimal?)n / 8);

    /// <summary>Whatever a venue may send.</summary>
    public static Gen<VenueMarkets> Any { get; } = Of(AnyPrice);

    /// <summary>Venues whose numbers are all there and of moderate size.</summary>
    public static Gen<VenueMarkets> Sane { get; } = Of(SanePrice);

    /// <summary>The same markets and tickers in another order.</summary>
    public static VenueMarkets Shuffled(VenueMarkets venue, int seed)
    {
        var (random, markets, tickers) = (new Random(seed), venue.Markets.ToArray(), venue.Tickers.ToArray());
        random.Shuffle(markets);
        random.Shuffle(tickers);
        return venue with { Markets = markets, Tickers = tickers };
    }

    private static Gen<VenueMarkets> Of(Gen<decimal?> number) =>
        from pairs in Gen.Elements(Currencies).Two().ListOf().Select(list => list.Where(p => p.Item1 != p.Item2).Distinct().ToList())
        from markets in Gen.CollectToList(pairs, pair => Market(pair.Item1, pair.Item2))
        from tickers in Gen.CollectToList(markets, market => Ticker(market.Symbol, number))
        from silent in Gen.Choose(0, 4)
        select new VenueMarkets(markets.ToArray(), tickers.Skip(silent).ToArray(), 0);

    private static Gen<VenueMarket> Market(string traded, string priced) =>
        from active in Gen.Elements<bool?>(true, true, true, null, false)
        from type in Gen.Elements("spot", "spot", "spot", "margin")
        select new VenueMarket($"{traded}/{priced}", type, traded, priced, null, active, false, null, false);

    private static Gen<VenueTicker> Ticker(string symbol, Gen<decimal?> number) =>
        from last in Gen.OneOf(number, number, Gen.Constant<decimal?>(null))
        from bid in number
        from ask in number
        from traded in number
        from volume in Gen.OneOf(number, Gen.Constant<decimal?>(null))
        select new VenueTicker(symbol, last, bid, ask, traded, volume, null, null);
}
