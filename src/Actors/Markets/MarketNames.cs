using MarketManager.Actors.Venues;

namespace MarketManager.Actors.Markets;

/// <summary>Names markets for REST: pricing currency first, "USDT-ETH".</summary>
internal static class MarketNames
{
    /// <summary>One name for each market, unique among them.</summary>
    /// <param name="markets">Each symbol once; where two would be named alike, the earlier one keeps the plain name.</param>
    public static string[] Of(ReadOnlySpan<VenueMarket> markets)
    {
        var names = new string[markets.Length];
        var taken = new HashSet<string>(markets.Length, StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            var name = Plain(markets[i]);
            while (!taken.Add(name))
            {
                name = $"{name} {markets[i].Symbol}";
            }

            names[i] = name;
        }

        return names;
    }

    // What ccxt writes behind the pair tells derivatives apart: settlement, expiry, strike.
    private static string Plain(VenueMarket market)
    {
        var pair = $"{market.Quote}-{market.Base}";
        var colon = market.Symbol.IndexOf(':', StringComparison.Ordinal);
        return market.Contract && colon >= 0 ? string.Concat(pair, market.Symbol.AsSpan(colon)) : pair;
    }
}
