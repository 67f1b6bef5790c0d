using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Lists;
using MarketManager.Kernel;
using MarketManager.Storage.Reading;
using MarketManager.Storage.Rows;
using NpgsqlTypes;

namespace MarketManager.Storage.PostgreSql.Reading;

/// <summary>Reads exchanges. Names order without regard to case.</summary>
internal sealed class PostgresExchanges(ReaderSource readers, TimeProvider time) : IExchangeReader
{
    // A client waits for the id of what it creates; one that is drawn and not used is no loss.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly Listing<ExchangeView> Listing = new(
        "mm.exchange", "id", ExchangeRow.Columns, "id", "id", Orders(), ExchangeRow.Read);

    private readonly PostgresList<ExchangeView, long> _list = new(readers, Listing, NpgsqlDbType.Bigint);

    public ValueTask<Page<ExchangeView>> List(ExchangeFilter filter, Paging paging, CancellationToken cancellationToken) =>
        _list.Page(Where(filter), paging, cancellationToken);

    public IAsyncEnumerable<ExchangeView> Stream(ExchangeFilter filter, Paging paging, CancellationToken cancellationToken) =>
        _list.Stream(Where(filter), paging, cancellationToken);

    public async ValueTask<ExchangeCounts> Count(CancellationToken cancellationToken)
    {
        var counts = await readers.Read(
            """
            SELECT count(*), count(*) FILTER (WHERE enabled), count(*) FILTER (WHERE state = 'running'),
              count(*) FILTER (WHERE state = 'stale'), count(*) FILTER (WHERE state = 'failing')
            FROM mm.exchange
            """,
            null,
            row => new ExchangeCounts(row.Long(), row.Long(), row.Long(), row.Long(), row.Long()),
            cancellationToken);
        return counts[0];
    }

    public async ValueTask<IReadOnlyList<string>> SlugsLike(string slug, CancellationToken cancellationToken) => await readers.Read(
        "SELECT slug FROM mm.exchange WHERE slug = $1 OR (starts_with(slug, $1 || '-') AND substr(slug, length($1) + 2, 1) BETWEEN '0' AND '9')",
        parameters => parameters.Add(slug),
        row => row.Text(),
        cancellationToken);

    public async ValueTask<long> NextId(CancellationToken cancellationToken)
    {
        try
        {
            return await Patience.Within(Draw, time, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new StoreUnavailableException($"the database does not answer within {Patience.TotalSeconds:0} s", e);
        }
    }

    private ValueTask<long> Draw(CancellationToken cancellationToken) => readers.Draw(
        """
        INSERT INTO mm.counter AS c (name, last) VALUES ('exchange', 1)
        ON CONFLICT (name) DO UPDATE SET last = c.last + 1 RETURNING last
        """,
        null,
        row => row.Long(),
        cancellationToken);

    private static Selection Where(ExchangeFilter filter) => new Selection()
        .Where("tenant = ?", filter.Tenant)
        .Where("enabled = ?", filter.Enabled)
        .Where("venue = ?", filter.Venue)
        .Where("name = ?", filter.Name)
        .Where("state = ?", filter.State is { } state ? Names.Of(state) : null);

    private static Dictionary<string, string[]> Orders()
    {
        var orders = IExchangeReader.OrderFields.ToDictionary(field => field, field => new[] { field });
        orders["name"] = ["lower(name)"];
        return orders;
    }
}
