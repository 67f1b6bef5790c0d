using MarketManager.Actors.Lists;
using MarketManager.Actors.Runs;
using MarketManager.Storage.Reading;
using MarketManager.Storage.Rows;

namespace MarketManager.Storage.Sqlite.Reading;

/// <summary>Reads the history of runs.</summary>
internal sealed class SqliteRuns(ReaderPool readers) : IRunReader
{
    private static readonly Listing<RunView> Listing = new("run", "run_id", RunRow.Columns, "number DESC", "run_id", Orders(), RunRow.Read);

    public ValueTask<Page<RunView>> List(RunFilter filter, Paging paging, CancellationToken cancellationToken) =>
        readers.Read((filter, paging), static (connection, a) => Query(a.filter).Page(connection, a.paging), cancellationToken);

    public IAsyncEnumerable<RunView> Stream(RunFilter filter, Paging paging, CancellationToken cancellationToken) =>
        ListQuery<RunView>.Stream(readers, _ => Query(filter), paging, cancellationToken);

    public ValueTask<RunView?> Find(long exchange, Guid runId, CancellationToken cancellationToken) => readers.Read(
        (exchange, runId),
        static (connection, a) =>
        {
            var row = connection.Prepare($"SELECT {RunRow.Columns} FROM run WHERE run_id = ? AND exchange = ?").Add(a.runId).Add(a.exchange);
            var run = row.Step() ? RunRow.Read(row) : null;
            row.Reset();
            return run;
        },
        cancellationToken);

    public ValueTask<bool> Any(long exchange, CancellationToken cancellationToken) => readers.Read(
        exchange,
        static (connection, exchange) => connection.Prepare("SELECT EXISTS (SELECT 1 FROM run WHERE exchange = ?)").Add(exchange).Scalar() == 1,
        cancellationToken);

    public ValueTask<RunCounts> CountSince(DateTimeOffset since, CancellationToken cancellationToken) => readers.Read(
        since,
        static (connection, since) =>
        {
            var row = connection.Prepare(
                """
                SELECT ifnull(sum(state = 'succeeded'), 0), ifnull(sum(state = 'failed'), 0), ifnull(sum(state = 'crashed'), 0),
                  ifnull(sum(state = 'stale'), 0)
                FROM run WHERE ended >= ?
                """).Add(since);
            row.Step();
            var counts = new RunCounts(row.Long(), row.Long(), row.Long(), row.Long());
            row.Reset();
            return counts;
        },
        cancellationToken);

    private static ListQuery<RunView> Query(RunFilter filter) => new(Listing, new Selection()
        .Where("exchange = ?", filter.Exchange)
        .Where("state = ?", filter.State is { } state ? Names.Of(state) : null)
        .Where("trigger = ?", filter.Trigger is { } trigger ? Names.Of(trigger) : null)
        .Where("started >= ?", filter.From)
        .Where("started < ?", filter.To));

    private static Dictionary<string, string[]> Orders()
    {
        var orders = IRunReader.OrderFields.ToDictionary(field => field, field => new[] { field });
        orders["duration_ms"] = ["ended - started"];
        return orders;
    }
}
