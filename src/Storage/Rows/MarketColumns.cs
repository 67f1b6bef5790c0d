using MarketManager.Actors.Markets;

namespace MarketManager.Storage.Rows;

/// <summary>How a market is read, whatever the engine.</summary>
internal static class MarketColumns
{
    /// <summary>What <see cref="Read"/> reads behind the exchange and the time of its run.</summary>
    public const string OfMarket = "symbol, name, type, base, quote, volume, volume_usd, last, bid, ask, active, venue_time";

    public static MarketView Read(IRow row) => new(
        row.Long(),
        row.Time(),
        new MarketRow(
            row.Text(),
            row.Text(),
            row.Text(),
            row.Text(),
            row.Text(),
            row.DecimalOrNull(),
            row.DecimalOrNull(),
            row.DecimalOrNull(),
            row.DecimalOrNull(),
            row.DecimalOrNull(),
            row.BoolOrNull(),
            row.TimeOrNull()));
}
