using MarketManager.Actors.Venues;

namespace MarketManager.Actors.Markets;

/// <summary>The 24 h volume of a market in its pricing currency, and which of a venue's numbers are taken for prices.</summary>
internal static class MarketVolume
{
    /// <summary>The volume; null where the venue did not tell enough, or what it told does not fit a decimal.</summary>
    /// <param name="market">Whose volume: contracts count times their size, which of inverse ones is in the pricing
    /// currency.</param>
    /// <param name="ticker">A volume below zero is taken for not told; zero is a volume.</param>
    /// <param name="rejected">Counts a result that no decimal holds.</param>
    public static decimal? Of(VenueMarket market, in VenueTicker ticker, ref int rejected)
    {
        if (ticker.QuoteVolume is >= 0)
        {
            return ticker.QuoteVolume;
        }

        var size = market.Contract ? market.ContractSize : 1;
        var price = market is { Contract: true, Inverse: true } ? 1 : Price(ticker.Vwap) ?? Price(ticker.Last);
        if (ticker.BaseVolume is not (>= 0 and var traded) || size is not > 0 || price is null)
        {
            return null;
        }

        if (GuardedDecimal.Times(traded, size.Value) is { } sized && GuardedDecimal.Times(sized, price.Value) is { } volume)
        {
            return volume;
        }

        rejected++;
        return null;
    }

    /// <summary>What is above zero. Venues write 0 for "none", and a price below zero is none; null for both.</summary>
    public static decimal? Price(decimal? told) => told > 0 ? told : null;

    /// <summary>How many of a ticker's numbers are below zero, and so were told but not believed.</summary>
    public static int Negative(in VenueTicker ticker) =>
        One(ticker.Last) + One(ticker.Bid) + One(ticker.Ask)
        + One(ticker.Vwap) + One(ticker.BaseVolume) + One(ticker.QuoteVolume);

    /// <summary>The price to convert with: the last one, else the middle of a book that is not crossed.</summary>
    /// <returns>0 where there is none.</returns>
    public static decimal Conversion(in VenueTicker ticker)
    {
        if (ticker.Last is > 0)
        {
            return ticker.Last.Value;
        }

        // Not (bid + ask) / 2: the sum of two absurd prices fits no decimal.
        return ticker is { Bid: > 0 and var bid, Ask: > 0 and var ask } && bid <= ask ? bid + ((ask - bid) / 2) : 0;
    }

    private static int One(decimal? told) => told < 0 ? 1 : 0;
}
