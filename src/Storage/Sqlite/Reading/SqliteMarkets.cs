using MarketManager.Actors.Lists;
using MarketManager.Actors.Markets;
using MarketManager.Storage.Reading;
using MarketManager.Storage.Rows;
using MarketManager.Storage.Sqlite.Engine;

namespace MarketManager.Storage.Sqlite.Reading;

/// <summary>Reads markets. Money is answered exactly, and ordered and compared as a double of it.</summary>
internal sealed class SqliteMarkets(ReaderPool readers) : IMarketReader
{
    private static readonly Listing<MarketView> Listing = new(
        "market",
        "id",
        "exchange, (SELECT updated FROM market_set s WHERE s.exchange = market.exchange), " + MarketColumns.OfMarket,
        "exchange, symbol",
        "exchange, symbol",
        Orders(),
        MarketColumns.Read);

    public ValueTask<Page<MarketView>> List(MarketFilter filter, Paging paging, CancellationToken cancellationToken) =>
        readers.Read((filter, paging), static (connection, a) => Query(connection, a.filter).Page(connection, a.paging), cancellationToken);

    public IAsyncEnumerable<MarketView> Stream(MarketFilter filter, Paging paging, CancellationToken cancellationToken) =>
        ListQuery<MarketView>.Stream(readers, connection => Query(connection, filter), paging, cancellationToken);

    private static ListQuery<MarketView> Query(Connection connection, MarketFilter filter) => new(Listing, new Selection()
        .Where("exchange IN (SELECT id FROM exchange WHERE tenant = ?)", IsOnlyTenant(connection, filter.Tenant) ? null : filter.Tenant)
        .Where("exchange = ?", filter.ExchangeId)
        .Where("exchange IN (SELECT id FROM exchange WHERE name = ?)", filter.ExchangeName)
        .Where("name = ?", filter.Name)
        .Where("symbol = ?", filter.Symbol)
        .Where("base = ?", filter.Base)
        .Where("quote = ?", filter.Quote)
        .Where("type = ?", filter.Type)
        .Where("active = ?", filter.Active)
        .Where("volume_bucket >= ?", MarketVolume.Bucket(filter.MinVolumeUsd))
        .Where("(volume_bucket > ? OR CAST(volume_usd AS REAL) >= CAST(? AS REAL))", MarketVolume.Bucket(filter.MinVolumeUsd), filter.MinVolumeUsd)
        .Where("exchange IN (SELECT exchange FROM market_set WHERE updated >= ?)", filter.UpdatedSince));

    // Spares a look at each market, and lets the engine count pages instead of rows. Asked in the snapshot that is then read.
    private static bool IsOnlyTenant(Connection connection, string tenant) =>
        connection.Prepare("SELECT (SELECT min(tenant) FROM exchange) = ?1 AND (SELECT max(tenant) FROM exchange) = ?1").Add(tenant).Scalar() == 1;

    private static Dictionary<string, string[]> Orders()
    {
        var orders = IMarketReader.OrderFields.ToDictionary(field => field, field => new[] { field });
        foreach (var number in (ReadOnlySpan<string>)["volume", "last", "bid", "ask"])
        {
            orders[number] = [$"CAST({number} AS REAL)"];
        }

        orders["volume_usd"] = ["volume_bucket", "CAST(volume_usd AS REAL)"];
        orders["updated"] = ["(SELECT updated FROM market_set s WHERE s.exchange = market.exchange)"];
        return orders;
    }
}
