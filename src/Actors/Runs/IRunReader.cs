using MarketManager.Actors.Lists;

namespace MarketManager.Actors.Runs;

/// <summary>Which runs of an exchange to list. Null means any.</summary>
/// <param name="Exchange">Whose runs; that of a deleted exchange too.</param>
/// <param name="State">Only these.</param>
/// <param name="Trigger">Only these.</param>
/// <param name="From">Started at or after.</param>
/// <param name="To">Started before.</param>
public sealed record RunFilter(long Exchange, RunState? State, RunTrigger? Trigger, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>How the runs of a stretch of time ended.</summary>
/// <param name="Succeeded">Runs that ended so.</param>
/// <param name="Failed">Runs that ended so.</param>
/// <param name="Crashed">Runs that ended so.</param>
/// <param name="Stale">Runs that ended so.</param>
public sealed record RunCounts(long Succeeded, long Failed, long Crashed, long Stale);

/// <summary>Reads the history of runs.</summary>
public interface IRunReader
{
    /// <summary>The fields that <see cref="OrderBy.Field"/> can name.</summary>
    static readonly IReadOnlyList<string> OrderFields =
        ["run_id", "due", "started", "ended", "state", "trigger", "attempts", "markets", "tickers", "duration_ms"];

    /// <summary>A part of the runs that match; newest first by default.</summary>
    ValueTask<Page<RunView>> List(RunFilter filter, Paging paging, CancellationToken cancellationToken);

    /// <summary>All runs that match, row by row, for exports.</summary>
    IAsyncEnumerable<RunView> Stream(RunFilter filter, Paging paging, CancellationToken cancellationToken);

    /// <summary>One run; null where the exchange has none of that id.</summary>
    ValueTask<RunView?> Find(long exchange, Guid runId, CancellationToken cancellationToken);

    /// <summary>True where the exchange has, or had before it was deleted, any run.</summary>
    ValueTask<bool> Any(long exchange, CancellationToken cancellationToken);

    /// <summary>How the runs that ended since then came out.</summary>
    ValueTask<RunCounts> CountSince(DateTimeOffset since, CancellationToken cancellationToken);
}

/// <summary>Forgets what is older than anyone needs.</summary>
public interface IRunRetention
{
    /// <summary>Removes ended runs beyond the newest <paramref name="keep"/> of each exchange and those that ended before
    /// <paramref name="before"/>, and journal events of runs that snapshots make needless; in small transactions.</summary>
    /// <returns>How many runs were removed.</returns>
    ValueTask<long> Prune(int keep, DateTimeOffset before, CancellationToken cancellationToken);
}
