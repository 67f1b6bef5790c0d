using System.Runtime.CompilerServices;
using MarketManager.Actors.Venues;

namespace MarketManager.Actors.Markets;

/// <summary>What follows from a venue's list of markets alone, worked out once for each list and forgotten with it.</summary>
internal sealed class MarketPlan
{
    private static readonly ConditionalWeakTable<IReadOnlyList<VenueMarket>, MarketPlan> Plans = [];

    // In the order in which a tie between conversions is decided; all others come after, alike.
    private static readonly string[] Bridges = [Usd, "USDT", "USDC", "BTC", "ETH", "BNB"];

    private const string Usd = "USD";

    private readonly Dictionary<string, int> _marketOf;

    private MarketPlan(IReadOnlyList<VenueMarket> markets)
    {
        _marketOf = new(markets.Count, StringComparer.Ordinal);
        for (var i = 0; i < markets.Count; i++)
        {
            _marketOf.TryAdd(markets[i].Symbol, i);
        }

        Markets = [.. _marketOf.Values.Select(i => markets[i])];
        Array.Sort(Markets, (a, b) => string.CompareOrdinal(a.Symbol, b.Symbol));
        Names = MarketNames.Of(Markets);

        var currencies = new Dictionary<string, int>(StringComparer.Ordinal) { [Usd] = 0 };
        PricedIn = new int[Markets.Length];
        var pairs = new List<ConversionPair>();
        for (var i = 0; i < Markets.Length; i++)
        {
            var market = Markets[i];
            _marketOf[market.Symbol] = i;
            PricedIn[i] = Number(currencies, market.Quote);
            if (market is { Type: "spot", Active: not false } && market.Base != market.Quote)
            {
                pairs.Add(new(i, Number(currencies, market.Base), PricedIn[i]));
            }
        }

        Pairs = [.. pairs];
        Currencies = [.. currencies.OrderBy(c => c.Value).Select(c => c.Key)];
        Ranks = [.. Currencies.Select(c => Array.IndexOf(Bridges, c) is >= 0 and var rank ? rank : Bridges.Length)];
    }

    /// <summary>The markets in order of symbol, each symbol once: of those that share one, the first.</summary>
    public VenueMarket[] Markets { get; }

    /// <summary>By market: its name.</summary>
    public string[] Names { get; }

    /// <summary>By market: the number of its pricing currency.</summary>
    public int[] PricedIn { get; }

    /// <summary>The markets whose prices may convert, in order of symbol.</summary>
    public ConversionPair[] Pairs { get; }

    /// <summary>By number: the code of a currency. USD is number 0.</summary>
    public string[] Currencies { get; }

    /// <summary>By number: the rank of a currency as a bridge; lower is better.</summary>
    public int[] Ranks { get; }

    /// <summary>The plan of a list, which must not change while it is used.</summary>
    public static MarketPlan Of(IReadOnlyList<VenueMarket> markets) => Plans.GetValue(markets, static list => new(list));

    /// <summary>By market: the place of its ticker, or -1. Of tickers that share a symbol the first counts.</summary>
    public int[] Match(IReadOnlyList<VenueTicker> tickers)
    {
        var places = new int[Markets.Length];
        Array.Fill(places, -1);
        for (var i = 0; i < tickers.Count; i++)
        {
            if (_marketOf.TryGetValue(tickers[i].Symbol, out var market) && places[market] < 0)
            {
                places[market] = i;
            }
        }

        return places;
    }

    private static int Number(Dictionary<string, int> currencies, string code)
    {
        if (!currencies.TryGetValue(code, out var number))
        {
            currencies.Add(code, number = currencies.Count);
        }

        return number;
    }
}

/// <summary>A market whose price converts between two currencies, named by number.</summary>
/// <param name="Market">Which market.</param>
/// <param name="Base">ccxt's: what is traded.</param>
/// <param name="Quote">ccxt's: what the price is in.</param>
internal readonly record struct ConversionPair(int Market, int Base, int Quote);
