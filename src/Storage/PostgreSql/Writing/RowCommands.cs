using System.Globalization;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Runs;
using MarketManager.Storage.Rows;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>Makes the commands that write the rows that belong to events, by their type.</summary>
internal static class RowCommands
{
    private static readonly string InsertExchange =
        $"INSERT INTO mm.exchange ({ExchangeRow.Fields}, id) VALUES ({Placeholders(31)})";

    private static readonly string UpdateExchange = Exactly(
        $"UPDATE mm.exchange SET ({ExchangeRow.Fields}) = ({Placeholders(30)}) WHERE id = $31", "exchange_missing");

    // Ids are given out before they are used; one that came from elsewhere must not be given out again. It locks nothing where it
    // has nothing to do.
    private const string CountExchange =
        """
        INSERT INTO mm.counter AS c (name, last) SELECT 'exchange', $1
        WHERE NOT EXISTS (SELECT 1 FROM mm.counter WHERE name = 'exchange' AND last >= $1)
        ON CONFLICT (name) DO UPDATE SET last = excluded.last WHERE excluded.last > c.last
        """;

    private static readonly string InsertRun = $"INSERT INTO mm.run ({RunRow.Columns}) VALUES ({Placeholders(19)})";

    private static readonly string CloseRun = Exactly(
        """
        UPDATE mm.run SET state = $1, ended = $2, attempts = $3, markets = $4, tickers = $5, error_kind = $6, error_message = $7, error_at = $8
        WHERE run_id = $9 AND exchange = $10 AND state = 'running'
        """,
        "run_closed");

    private static readonly string KeepAnswer = Exactly(
        """
        INSERT INTO mm.answer AS a (caller, route, key, body_hash, answer, at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (caller, route, key) DO UPDATE SET body_hash = excluded.body_hash, answer = excluded.answer, at = excluded.at
        WHERE a.at < $7
        """,
        "idempotency");

    /// <summary>The commands of a row.</summary>
    /// <exception cref="NotSupportedException">There is no table for its type.</exception>
    /// <exception cref="Kernel.RowConflictException">It breaks a rule that can be seen without the store.</exception>
    public static void Add(List<NpgsqlBatchCommand> to, object row)
    {
        switch (row)
        {
            case ExchangeInserted inserted:
                ExchangeRow.Bind(New(to, InsertExchange), inserted.View);
                New(to, CountExchange).Add(inserted.View.Id);
                break;
            case ExchangeUpdated updated:
                ExchangeRow.Bind(New(to, UpdateExchange), updated.View);
                break;
            case ExchangeRemoved removed:
                New(to, "DELETE FROM mm.market WHERE exchange = $1").Add(removed.Id);
                New(to, "DELETE FROM mm.market_set WHERE exchange = $1").Add(removed.Id);
                New(to, "DELETE FROM mm.exchange WHERE id = $1").Add(removed.Id);
                break;
            case RunOpened opened:
                RunRow.Bind(New(to, InsertRun), opened.Run);
                break;
            case RunClosed closed:
                RunRow.BindEnd(New(to, CloseRun), closed.Run);
                break;
            case MarketsReplaced replaced:
                MarketArrays.Bind(New(to, MarketArrays.Replace), replaced);
                break;
            case AnswerKept kept:
                New(to, KeepAnswer).Add(kept.Key.Caller).Add(kept.Key.Route).Add(kept.Key.Key).Add(kept.Key.BodyHash).Add(kept.Answer)
                    .Add(kept.At).Add(kept.At - OnceByKey.KeptFor);
                break;
            default:
                throw new NotSupportedException($"there is no table for a {row.GetType().Name}");
        }
    }

    public static PgParameters New(List<NpgsqlBatchCommand> to, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        to.Add(command);
        return new PgParameters(command.Parameters);
    }

    /// <summary>A change that must meet exactly one row, else it breaks a rule and its transaction.</summary>
    private static string Exactly(string change, string rule) =>
        $"WITH changed AS ({change} RETURNING 1) SELECT mm.expect((SELECT count(*) FROM changed) = 1, '{rule}')";

    private static string Placeholders(int count) =>
        string.Join(", ", Enumerable.Range(1, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"${i}")));
}
