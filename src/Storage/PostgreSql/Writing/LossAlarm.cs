using System.Globalization;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Reading;
using MarketManager.Storage.PostgreSql.Sessions;
using Microsoft.Extensions.Logging;
using NpgsqlTypes;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>
/// Looks, whenever another server is in the place of the one that this process worked with, whether it has what that one had
/// acknowledged; and says loudly and lastingly what is missing.
/// </summary>
/// <remarks>Each node does so for what it acknowledged itself, whoever looks after those actors now: only it knows.</remarks>
internal sealed partial class LossAlarm : IAsyncDisposable
{
    private const int Chunk = 1000;
    private const int Named = 10;

    // Behind a snapshot an event may have been forgotten: then the snapshot, which contains it, stands for it.
    private const string Look =
        """
        SELECT a.i, e.kind, e.version, e.at, e.data, coalesce(s.seq, 0),
          greatest(s.seq, (SELECT max(o.seq) FROM mm.event o WHERE o.entity = n.id AND o.shard = a.shard AND o.actor = a.actor), 0)
        FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS a (entity, shard, actor, seq, i)
        LEFT JOIN mm.entity n ON n.name = a.entity
        LEFT JOIN mm.event e ON e.entity = n.id AND e.shard = a.shard AND e.actor = a.actor AND e.seq = a.seq
        LEFT JOIN mm.snapshot s ON s.entity = n.id AND s.shard = a.shard AND s.actor = a.actor
        ORDER BY a.i
        """;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);

    private readonly PostgresServers _servers;
    private readonly ReaderSource _readers;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private Task _looking = Task.CompletedTask;
    private int _missing;

    public LossAlarm(PostgresServers servers, ReaderSource readers, TimeProvider time, ILogger log)
    {
        (_servers, _readers, _time, _log) = (servers, readers, time, log);
        Acknowledged = new Acknowledged(servers, time);
        servers.Replaced += OnReplaced;
    }

    /// <summary>What it holds against the next server.</summary>
    public Acknowledged Acknowledged { get; }

    /// <summary>What was found missing since this process began; null: nothing.</summary>
    public string? Sentence => Volatile.Read(ref _missing) is > 0 and var missing
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"PostgreSQL was promoted or restored, and lacks the last acknowledged change of {missing} {(missing == 1 ? "actor" : "actors")}; the log names them")
        : null;

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        _servers.Replaced -= OnReplaced;
        await _stop.CancelAllAsync();
        await _looking;
        _stop.Dispose();
    }

    // Before any session at the new server is used, so that nothing that it acknowledges itself is taken for the other's.
    private void OnReplaced(ServerId server)
    {
        LogReplaced(_log, server.System, server.Timeline);
        var acknowledged = Acknowledged.Take();
        var earlier = _looking;
        _looking = Task.Run(() => LookFor(acknowledged, earlier));
    }

    private async Task LookFor(IReadOnlyDictionary<PersistenceId, LastEvent> acknowledged, Task earlier)
    {
        await earlier;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var missing = await Missing(acknowledged);
                Tell(missing, acknowledged.Count);
                return;
            }
            catch (StoreException e)
            {
                LogNotLooked(_log, e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(RetryAfter, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Tell(List<string> missing, int all)
    {
        if (missing.Count == 0)
        {
            LogNothingLost(_log, all);
            return;
        }

        Interlocked.Add(ref _missing, missing.Count);
        StoreMetrics.Lost(missing.Count);
        foreach (var named in missing.Chunk(Named)) // each is named: somebody has to look at it
        {
            LogLost(_log, missing.Count, all, string.Join("; ", named));
        }
    }

    private async Task<List<string>> Missing(IReadOnlyDictionary<PersistenceId, LastEvent> acknowledged)
    {
        List<string> missing = [];
        foreach (var some in acknowledged.OrderBy(one => one.Key.Id).Chunk(Chunk))
        {
            var found = await _readers.Read(
                Look,
                parameters => parameters
                    .AddAll([.. some.Select(one => one.Key.Entity)], NpgsqlDbType.Text)
                    .AddAll([.. some.Select(one => (short)Shard.Of(one.Key.Id))], NpgsqlDbType.Smallint)
                    .AddAll([.. some.Select(one => one.Key.Id)], NpgsqlDbType.Bigint)
                    .AddAll([.. some.Select(one => one.Value.Sequence)], NpgsqlDbType.Bigint),
                row => Judge(some[row.Long() - 1], row),
                _stop.Token);
            missing.AddRange(found.OfType<string>());
        }

        return missing;
    }

    /// <summary>What is missing of an actor, for people; null: nothing.</summary>
    private static string? Judge(KeyValuePair<PersistenceId, LastEvent> acknowledged, PgRow row)
    {
        var (actor, last) = acknowledged;
        if (row.TextOrNull() is { } kind)
        {
            return LastEvent.Of(last.Sequence, kind, row.Int(), row.Long(), row.Bytes()) == last
                ? null : Invariant($"{actor} lost {last.Sequence}, and has another {last.Sequence}");
        }

        _ = (row.IntOrNull(), row.LongOrNull(), row.TextOrNull());
        var (inSnapshot, highest) = (row.Long(), row.Long());
        return inSnapshot >= last.Sequence ? null
            : highest >= last.Sequence - 1 ? Invariant($"{actor} lost {last.Sequence}")
            : Invariant($"{actor} lost {highest + 1} to {last.Sequence}");
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    [LoggerMessage(12, LogLevel.Warning, "PostgreSQL is another server than before (system {System}, timeline {Timeline}): a standby was promoted or a backup restored. All epochs were raised, all shards are read anew")]
    private static partial void LogReplaced(ILogger logger, long system, int timeline);

    [LoggerMessage(13, LogLevel.Error, "Acknowledged changes are lost: {Missing} of {All} actors that this node wrote to lack their last one on the PostgreSQL server that was promoted or restored: {Named}")]
    private static partial void LogLost(ILogger logger, int missing, int all, string named);

    [LoggerMessage(14, LogLevel.Information, "Nothing that this node acknowledged is missing on the PostgreSQL server that was promoted or restored: {All} actors have their last change")]
    private static partial void LogNothingLost(ILogger logger, int all);

    [LoggerMessage(15, LogLevel.Warning, "Could not look whether acknowledged changes are missing, trying again: {Reason}")]
    private static partial void LogNotLooked(ILogger logger, string reason);
}
