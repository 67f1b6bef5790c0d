using MarketManager.Actors.Runs;
using MarketManager.Kernel;
using MarketManager.Storage.Rows;
using MarketManager.Storage.Sqlite.Engine;

namespace MarketManager.Storage.Sqlite.Writing;

/// <summary>Writes the rows of runs.</summary>
internal sealed class RunRowWriter(Connection connection)
{
    private readonly Statement _insert = connection.Prepare(
        """
        INSERT INTO run (run_id, exchange, number, trigger, generation, slot, covers_from, due, state, started, ended, attempts,
          markets, tickers, error_kind, error_message, error_at, node, recovers)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);

    private readonly Statement _close = connection.Prepare(
        """
        UPDATE run SET state = ?, ended = ?, attempts = ?, markets = ?, tickers = ?, error_kind = ?, error_message = ?, error_at = ?
        WHERE run_id = ? AND exchange = ? AND state = 'running'
        """);

    public void Insert(RunView run) => RunRow.Bind(_insert, run).Execute();

    public void Close(RunView run)
    {
        if (RunRow.BindEnd(_close, run).Execute() != 1)
        {
            throw new RowConflictException("run_closed");
        }
    }
}
