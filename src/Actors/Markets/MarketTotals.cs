using MarketManager.Actors.Venues;

namespace MarketManager.Actors.Markets;

/// <summary>What one gathering pass comes to: the markets as they are shown, and their totals.</summary>
/// <param name="Rows">In order of symbol, each symbol once.</param>
/// <param name="VolumeUsd">The sum of the rows' volumes in USD, to 2 decimals, half to even; null where nothing could be
/// converted.</param>
/// <param name="TopPair">Name of the market with the largest volume in USD, of equal ones the first by symbol; null like the
/// total.</param>
/// <param name="TopPairVolume">That market's volume in its pricing currency.</param>
/// <param name="Markets">How many markets.</param>
/// <param name="Tickers">How many of them had a ticker.</param>
/// <param name="Unconverted">How many of them have a volume that the total leaves out.</param>
/// <param name="Rejected">Numbers that the venue told and that are not believed: what is no decimal, what is below zero, a
/// volume that no decimal holds, a volume above <see cref="MarketTotals.MaxVolumeUsd"/>.</param>
public sealed record MarketGathering(
    IReadOnlyList<MarketRow> Rows,
    decimal? VolumeUsd,
    string? TopPair,
    decimal? TopPairVolume,
    int Markets,
    int Tickers,
    int Unconverted,
    int Rejected);

/// <summary>Works out the rows and totals of a gathering pass; pure, and never throws for what a venue sent.</summary>
public static class MarketTotals
{
    /// <summary>A market's 24 h volume in USD above this is absurd and left out: ten times what the world makes in a
    /// year.</summary>
    public const decimal MaxVolumeUsd = 1_000_000_000_000_000m;

    // With MaxVolumeUsd this keeps the sum over any venue's markets inside a decimal's 28 digits: exact, whatever the order.
    private const int UsdDecimals = 8;

    /// <summary>The rows and totals.</summary>
    /// <remarks>A price that is not above zero is shown as null: venues write 0 for "none". A crossed book is shown as it
    /// was told, but nothing is converted with it. A row's USD volume is rounded to 8 decimals, half to even.</remarks>
    /// <param name="gathered">What the venue sent. A list of markets that comes again is cheaper the second time.</param>
    /// <param name="stablecoins">What is taken for a dollar.</param>
    public static MarketGathering Of(VenueMarkets gathered, Stablecoins stablecoins)
    {
        var plan = MarketPlan.Of(gathered.Markets);
        var tickers = gathered.Tickers;
        var places = plan.Match(tickers);
        var rates = UsdRates.Of(plan, Prices(tickers, places), stablecoins);

        var rows = new MarketRow[places.Length];
        var (total, top, told, unconverted, rejected) = (0m, -1, 0, 0, gathered.Rejected);
        for (var i = 0; i < rows.Length; i++)
        {
            var ticker = default(VenueTicker);
            if (places[i] >= 0)
            {
                ticker = tickers[places[i]];
                told++;
                rejected += MarketVolume.Negative(ticker);
            }

            var volume = MarketVolume.Of(plan.Markets[i], ticker, ref rejected);
            var usd = volume is { } known ? ToUsd(known, rates[plan.PricedIn[i]], ref rejected) : null;
            rows[i] = Row(plan.Markets[i], plan.Names[i], ticker, volume, usd);
            if (usd is { } converted)
            {
                total += converted;
                top = top < 0 || converted > rows[top].VolumeUsd ? i : top;
            }
            else if (volume is not null)
            {
                unconverted++;
            }
        }

        return new(
            rows,
            top < 0 ? null : decimal.Round(total, 2, MidpointRounding.ToEven),
            top < 0 ? null : rows[top].Name,
            top < 0 ? null : rows[top].Volume,
            rows.Length,
            told,
            unconverted,
            rejected);
    }

    private static decimal[] Prices(IReadOnlyList<VenueTicker> tickers, int[] places)
    {
        var prices = new decimal[places.Length];
        for (var i = 0; i < places.Length; i++)
        {
            prices[i] = places[i] < 0 ? 0 : MarketVolume.Conversion(tickers[places[i]]);
        }

        return prices;
    }

    private static decimal? ToUsd(decimal volume, decimal rate, ref int rejected)
    {
        if (rate == 0)
        {
            return null;
        }

        if (GuardedDecimal.Times(volume, rate) is <= MaxVolumeUsd and var usd)
        {
            return decimal.Round(usd, UsdDecimals, MidpointRounding.ToEven);
        }

        rejected++;
        return null;
    }

    // REST's base is what prices are quoted in: ccxt's quote.
    private static MarketRow Row(VenueMarket market, string name, in VenueTicker ticker, decimal? volume, decimal? usd) => new(
        market.Symbol,
        name,
        market.Type,
        Base: market.Quote,
        Quote: market.Base,
        volume,
        usd,
        MarketVolume.Price(ticker.Last),
        MarketVolume.Price(ticker.Bid),
        MarketVolume.Price(ticker.Ask),
        market.Active,
        ticker.At);
}
