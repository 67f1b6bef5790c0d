using MarketManager.Actors.Runs;

namespace MarketManager.Storage.Rows;

/// <summary>How a run lies in its table, whatever the engine.</summary>
internal static class RunRow
{
    /// <summary>All columns, as <see cref="Read"/> reads and <see cref="Bind"/> adds them.</summary>
    public const string Columns =
        """
        run_id, exchange, number, trigger, generation, slot, covers_from, due, state, started, ended, attempts, markets, tickers,
        error_kind, error_message, error_at, node, recovers
        """;

    public static T Bind<T>(T parameters, RunView run)
        where T : IParameters<T> => parameters
        .Add(run.RunId).Add(run.Exchange).Add(run.Number).Add(Names.Of(run.Trigger)).Add(run.Generation).Add(run.Slot)
        .Add(run.CoversFrom).Add(run.Due).Add(Names.Of(run.State)).Add(run.Started).Add(run.Ended).Add(run.Attempts)
        .Add(run.Tally?.Markets).Add(run.Tally?.Tickers).Add(run.Error?.Kind).Add(run.Error?.Message).Add(run.Error?.At)
        .Add(run.Node).Add(run.Recovers);

    /// <summary>Adds how a run ended: <c>state, ended, attempts, markets, tickers, error_kind, error_message, error_at</c>, and
    /// behind them <c>run_id, exchange</c>.</summary>
    public static T BindEnd<T>(T parameters, RunView run)
        where T : IParameters<T> => parameters
        .Add(Names.Of(run.State)).Add(run.Ended).Add(run.Attempts).Add(run.Tally?.Markets).Add(run.Tally?.Tickers)
        .Add(run.Error?.Kind).Add(run.Error?.Message).Add(run.Error?.At).Add(run.RunId).Add(run.Exchange);

    public static RunView Read(IRow row) => new(
        row.Guid(),
        row.Long(),
        row.Long(),
        Names.To<RunTrigger>(row.Text()),
        row.IntOrNull(),
        row.LongOrNull(),
        row.LongOrNull(),
        row.Time(),
        Names.To<RunState>(row.Text()),
        row.Time(),
        row.TimeOrNull(),
        row.Int(),
        (row.IntOrNull(), row.IntOrNull()) is ({ } markets, { } tickers) ? new RunTally(markets, tickers) : null,
        ExchangeRow.ReadError(row),
        row.Text(),
        row.GuidOrNull());
}
