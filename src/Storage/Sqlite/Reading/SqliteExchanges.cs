using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Lists;
using MarketManager.Storage.Reading;
using MarketManager.Storage.Rows;
using MarketManager.Storage.Sqlite.Writing;

namespace MarketManager.Storage.Sqlite.Reading;

/// <summary>Reads exchanges. Names order without regard to case.</summary>
internal sealed class SqliteExchanges(ReaderPool readers, SqliteWriter writer) : IExchangeReader
{
    private static readonly Listing<ExchangeView> Listing = new(
        "exchange",
        "id",
        ExchangeRow.Columns,
        "id",
        "id",
        Orders(),
        ExchangeRow.Read);

    public ValueTask<Page<ExchangeView>> List(ExchangeFilter filter, Paging paging, CancellationToken cancellationToken) =>
        readers.Read((filter, paging), static (connection, a) => Query(a.filter).Page(connection, a.paging), cancellationToken);

    public IAsyncEnumerable<ExchangeView> Stream(ExchangeFilter filter, Paging paging, CancellationToken cancellationToken) =>
        ListQuery<ExchangeView>.Stream(readers, _ => Query(filter), paging, cancellationToken);

    public ValueTask<ExchangeCounts> Count(CancellationToken cancellationToken) => readers.Read(
        0,
        static (connection, _) =>
        {
            var row = connection.Prepare(
                """
                SELECT count(*), ifnull(sum(enabled), 0), ifnull(sum(state = 'running'), 0), ifnull(sum(state = 'stale'), 0),
                  ifnull(sum(state = 'failing'), 0)
                FROM exchange
                """);
            row.Step();
            var counts = new ExchangeCounts(row.Long(), row.Long(), row.Long(), row.Long(), row.Long());
            row.Reset();
            return counts;
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<string>> SlugsLike(string slug, CancellationToken cancellationToken) => readers.Read(
        slug,
        static (connection, slug) =>
        {
            var found = new List<string>();
            var rows = connection.Prepare("SELECT slug FROM exchange WHERE slug = ?1 OR slug GLOB ?1 || '-[0-9]*' ORDER BY slug").Add(slug);
            while (rows.Step())
            {
                found.Add(rows.Text());
            }

            return (IReadOnlyList<string>)found;
        },
        cancellationToken);

    public async ValueTask<long> NextId(CancellationToken cancellationToken) => await writer.Call(
        static session => session.Connection.Prepare(
            """
            INSERT INTO counter (name, last) VALUES ('exchange', 1)
            ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last
            """).Scalar()!.Value,
        cancellationToken);

    private static ListQuery<ExchangeView> Query(ExchangeFilter filter) => new(Listing, new Selection()
        .Where("tenant = ?", filter.Tenant)
        .Where("enabled = ?", filter.Enabled)
        .Where("venue = ?", filter.Venue)
        .Where("name = ? COLLATE BINARY", filter.Name)
        .Where("state = ?", filter.State is { } state ? Names.Of(state) : null));

    private static Dictionary<string, string[]> Orders()
    {
        var orders = IExchangeReader.OrderFields.ToDictionary(field => field, field => new[] { field });
        orders["volume"] = ["CAST(volume AS REAL)"];
        orders["top_pair_volume"] = ["CAST(top_pair_volume AS REAL)"];
        return orders;
    }
}
