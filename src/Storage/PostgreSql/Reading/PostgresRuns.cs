using MarketManager.Actors.Lists;
using MarketManager.Actors.Runs;
using MarketManager.Storage.Reading;
using MarketManager.Storage.Rows;
using NpgsqlTypes;

namespace MarketManager.Storage.PostgreSql.Reading;

/// <summary>Reads the history of runs.</summary>
internal sealed class PostgresRuns(ReaderSource readers) : IRunReader
{
    private static readonly Listing<RunView> Listing = new("mm.run", "run_id", RunRow.Columns, "number DESC", "run_id", Orders(), RunRow.Read);

    private readonly PostgresList<RunView, Guid> _list = new(readers, Listing, NpgsqlDbType.Uuid);

    public ValueTask<Page<RunView>> List(RunFilter filter, Paging paging, CancellationToken cancellationToken) =>
        _list.Page(Where(filter), paging, cancellationToken);

    public IAsyncEnumerable<RunView> Stream(RunFilter filter, Paging paging, CancellationToken cancellationToken) =>
        _list.Stream(Where(filter), paging, cancellationToken);

    public async ValueTask<RunView?> Find(long exchange, Guid runId, CancellationToken cancellationToken)
    {
        var found = await readers.Read(
            $"SELECT {RunRow.Columns} FROM mm.run WHERE run_id = $1 AND exchange = $2",
            parameters => parameters.Add(runId).Add(exchange),
            row => RunRow.Read(row),
            cancellationToken);
        return found is [var run] ? run : null;
    }

    public async ValueTask<bool> Any(long exchange, CancellationToken cancellationToken)
    {
        var any = await readers.Read(
            "SELECT EXISTS (SELECT 1 FROM mm.run WHERE exchange = $1)", parameters => parameters.Add(exchange), row => row.Bool(), cancellationToken);
        return any[0];
    }

    public async ValueTask<RunCounts> CountSince(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var counts = await readers.Read(
            """
            SELECT count(*) FILTER (WHERE state = 'succeeded'), count(*) FILTER (WHERE state = 'failed'),
              count(*) FILTER (WHERE state = 'crashed'), count(*) FILTER (WHERE state = 'stale')
            FROM mm.run WHERE ended >= $1
            """,
            parameters => parameters.Add(since),
            row => new RunCounts(row.Long(), row.Long(), row.Long(), row.Long()),
            cancellationToken);
        return counts[0];
    }

    private static Selection Where(RunFilter filter) => new Selection()
        .Where("exchange = ?", filter.Exchange)
        .Where("state = ?", filter.State is { } state ? Names.Of(state) : null)
        .Where("trigger = ?", filter.Trigger is { } trigger ? Names.Of(trigger) : null)
        .Where("started >= ?", filter.From)
        .Where("started < ?", filter.To);

    private static Dictionary<string, string[]> Orders()
    {
        var orders = IRunReader.OrderFields.ToDictionary(field => field, field => new[] { field });
        orders["duration_ms"] = ["ended - started"];
        return orders;
    }
}
