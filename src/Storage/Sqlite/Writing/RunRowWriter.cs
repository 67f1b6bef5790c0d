using MarketManager.Actors.Runs;
using MarketManager.Kernel;
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

    public void Insert(RunView run) => _insert
        .Add(run.RunId).Add(run.Exchange).Add(run.Number).Add(Names.Of(run.Trigger)).Add(run.Generation).Add(run.Slot)
        .Add(run.CoversFrom).Add(run.Due).Add(Names.Of(run.State)).Add(run.Started).Add(run.Ended).Add(run.Attempts)
        .Add(run.Tally?.Markets).Add(run.Tally?.Tickers).Add(run.Error?.Kind).Add(run.Error?.Message).Add(run.Error?.At)
        .Add(run.Node).Add(run.Recovers).Execute();

    public void Close(RunView run)
    {
        var closed = _close
            .Add(Names.Of(run.State)).Add(run.Ended).Add(run.Attempts).Add(run.Tally?.Markets).Add(run.Tally?.Tickers)
            .Add(run.Error?.Kind).Add(run.Error?.Message).Add(run.Error?.At).Add(run.RunId).Add(run.Exchange).Execute();
        if (closed != 1)
        {
            throw new RowConflictException("run_closed");
        }
    }
}
