using MarketManager.Actors.Lists;
using MarketManager.Actors.Markets;
using MarketManager.Storage.Reading;
using MarketManager.Storage.Rows;
using NpgsqlTypes;

namespace MarketManager.Storage.PostgreSql.Reading;

/// <summary>Reads markets.</summary>
internal sealed class PostgresMarkets(ReaderSource readers) : IMarketReader
{
    private const string Updated = "(SELECT updated FROM mm.market_set s WHERE s.exchange = market.exchange)";

    private static readonly Listing<MarketView> Listing = new(
        "mm.market",
        "id",
        $"exchange, {Updated}, {MarketColumns.OfMarket}",
        "exchange, symbol",
        "exchange, symbol",
        Orders(),
        MarketColumns.Read);

    private readonly PostgresList<MarketView, long> _list = new(readers, Listing, NpgsqlDbType.Bigint);

    public ValueTask<Page<MarketView>> List(MarketFilter filter, Paging paging, CancellationToken cancellationToken) =>
        _list.Page(Where(filter), paging, cancellationToken);

    public IAsyncEnumerable<MarketView> Stream(MarketFilter filter, Paging paging, CancellationToken cancellationToken) =>
        _list.Stream(Where(filter), paging, cancellationToken);

    // The bucket finds the stretch of the index; the exact comparison decides within it.
    private static Selection Where(MarketFilter filter) => new Selection()
        .Where("exchange IN (SELECT id FROM mm.exchange WHERE tenant = ?)", filter.Tenant)
        .Where("exchange = ?", filter.ExchangeId)
        .Where("""exchange IN (SELECT id FROM mm.exchange WHERE lower(name) = lower(? COLLATE "C"))""", filter.ExchangeName)
        .Where("name = ?", filter.Name)
        .Where("symbol = ?", filter.Symbol)
        .Where("base = ?", filter.Base)
        .Where("quote = ?", filter.Quote)
        .Where("type = ?", filter.Type)
        .Where("active = ?", filter.Active)
        .Where("volume_bucket >= ?", MarketVolume.Bucket(filter.MinVolumeUsd))
        .Where("(volume_bucket > ? OR volume_usd >= ?)", MarketVolume.Bucket(filter.MinVolumeUsd), filter.MinVolumeUsd)
        .Where("exchange IN (SELECT exchange FROM mm.market_set WHERE updated >= ?)", filter.UpdatedSince);

    private static Dictionary<string, string[]> Orders()
    {
        var orders = IMarketReader.OrderFields.ToDictionary(field => field, field => new[] { field });
        orders["volume_usd"] = ["volume_bucket", "volume_usd"];
        orders["updated"] = [Updated];
        return orders;
    }
}
