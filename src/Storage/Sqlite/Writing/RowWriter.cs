using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Runs;
using MarketManager.Kernel;
using MarketManager.Storage.Sqlite.Engine;

namespace MarketManager.Storage.Sqlite.Writing;

/// <summary>Writes the rows that belong to events, by their type.</summary>
internal sealed class RowWriter(Connection connection)
{
    // What the engine calls a broken constraint, and what the domain calls it.
    private static readonly Dictionary<string, string> Rules = new()
    {
        ["UNIQUE constraint failed: exchange.id"] = "exchange_id",
        ["UNIQUE constraint failed: exchange.tenant, exchange.name"] = "exchange_name",
        ["UNIQUE constraint failed: exchange.tenant, exchange.slug"] = "exchange_slug",
        ["UNIQUE constraint failed: run.run_id"] = "run_id",
        ["UNIQUE constraint failed: run.exchange"] = "run_running",
        ["UNIQUE constraint failed: run.exchange, run.number"] = "run_number",
        ["UNIQUE constraint failed: run.exchange, run.generation, run.slot"] = "run_slot",
        ["UNIQUE constraint failed: run.recovers"] = "run_recovers",
        ["UNIQUE constraint failed: market.exchange, market.symbol"] = "market_symbol",
        ["UNIQUE constraint failed: api_key.id"] = "api_key_id",
        ["FOREIGN KEY constraint failed"] = "exchange_missing",
    };

    private readonly ExchangeRowWriter _exchanges = new(connection);
    private readonly RunRowWriter _runs = new(connection);
    private readonly MarketRowWriter _markets = new(connection);
    private readonly Statement _answer = connection.Prepare(
        """
        INSERT INTO answer (caller, route, key, body_hash, answer, at) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (caller, route, key) DO UPDATE SET body_hash = excluded.body_hash, answer = excluded.answer, at = excluded.at
        WHERE at < ?
        """);

    /// <summary>Writes a row.</summary>
    /// <exception cref="RowConflictException">It breaks a rule.</exception>
    /// <exception cref="NotSupportedException">There is no table for its type.</exception>
    public void Write(object row)
    {
        try
        {
            switch (row)
            {
                case ExchangeInserted inserted: _exchanges.Insert(inserted.View); break;
                case ExchangeUpdated updated: _exchanges.Update(updated.View); break;
                case ExchangeRemoved removed: _markets.Remove(removed.Id); _exchanges.Remove(removed.Id); break;
                case RunOpened opened: _runs.Insert(opened.Run); break;
                case RunClosed closed: _runs.Close(closed.Run); break;
                case MarketsReplaced replaced: _markets.Replace(replaced); break;
                case AnswerKept kept: Keep(kept); break;
                default: throw new NotSupportedException($"there is no table for a {row.GetType().Name}");
            }
        }
        catch (SqliteFailure failure) when (failure.IsConstraint)
        {
            throw Broken(failure);
        }
    }

    /// <summary>The rule that a failure is about.</summary>
    public static RowConflictException Broken(SqliteFailure failure) => new(Rules.GetValueOrDefault(failure.Text, failure.Text), failure);

    private void Keep(AnswerKept kept)
    {
        var written = _answer.Add(kept.Key.Caller).Add(kept.Key.Route).Add(kept.Key.Key).Add(kept.Key.BodyHash).Add(kept.Answer)
            .Add(kept.At).Add(kept.At - OnceByKey.KeptFor).Execute();
        if (written == 0)
        {
            throw new RowConflictException("idempotency");
        }
    }
}
