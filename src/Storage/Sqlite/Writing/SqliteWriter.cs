using System.Runtime.InteropServices;
using MarketManager.Kernel;
using MarketManager.Storage.Sqlite.Engine;
using Microsoft.Extensions.Logging;

namespace MarketManager.Storage.Sqlite.Writing;

/// <summary>The one that writes. While a batch commits, the next one forms (group commit).</summary>
/// <remarks>
/// It runs in turns on the thread pool, one at a time: an actor that awaits each commit is served, and goes on, on the thread
/// that it was on, where a thread of the writer's own would cost a wake-up for each commit. A turn blocks its thread while the
/// disk works.
/// One bad write harms no other: a batch in which one fails is rolled back and done again with a savepoint around each. A
/// failure of the store itself (disk full, locked, unreadable) fails the batch; the next one tries again, with a new connection
/// where the old one cannot be trusted, so that writing goes on by itself when the cause has gone.
/// </remarks>
internal sealed partial class SqliteWriter : IThreadPoolWorkItem, IAsyncDisposable
{
    // While another process is known to hold the database locked: many who wait must not wait one after the other.
    private static readonly TimeSpan ShortPatience = TimeSpan.FromMilliseconds(100);

    private readonly string _path;
    private readonly int _maxBatch;
    private readonly WriteQueue _queue;
    private readonly StoreMetrics _metrics;
    private readonly ILogger _log;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<WriteJob> _batch = [];
    private WriteSession? _session;
    private int _scheduled;
    private volatile StoreException? _failure;

    /// <summary>Takes over the connection and begins to write.</summary>
    public SqliteWriter(string path, StoreOptions options, WriteSession session, StoreMetrics metrics, ILogger log)
    {
        _path = path;
        _maxBatch = options.MaxBatch;
        _queue = new WriteQueue(options.WriteQueueCapacity);
        _session = session;
        _metrics = metrics;
        _log = log;
    }

    /// <summary>The failure of the store that the latest batch met; null while it works.</summary>
    public StoreException? Failure => _failure;

    /// <summary>Commits what an actor writes; once queued it is carried out, whatever the token says.</summary>
    public ValueTask Append(JournalWrite write, CancellationToken cancellationToken)
    {
        var job = AppendJob.For(write);
        var queued = _queue.Put(job, cancellationToken);
        if (!queued.IsCompletedSuccessfully)
        {
            return AppendLater(queued, job);
        }

        Wake();
        return job.Done();
    }

    /// <summary>Does something in a transaction; its answer is durable.</summary>
    public async Task<T> Call<T>(Func<WriteSession, T> work, CancellationToken cancellationToken)
    {
        var job = new CallJob<T>(work);
        await _queue.Put(job, cancellationToken);
        Wake();
        return await job.Done;
    }

    /// <summary>Writes what is queued, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        Wake();
        await _ended.Task;
        _queue.Dispose();
    }

    /// <summary>A turn: writes until nothing waits.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            while (_queue.Take(_batch, _maxBatch))
            {
                CommitBatch();
            }

            if (_queue.IsDone)
            {
                // Stays scheduled: there is no turn after this one.
                _session?.Dispose();
                _ended.SetResult();
                return;
            }

            Interlocked.Exchange(ref _scheduled, 0);
        }
        while (_queue.WantsTurn && Interlocked.CompareExchange(ref _scheduled, 1, 0) == 0);
    }

    private async ValueTask AppendLater(ValueTask queued, AppendJob job)
    {
        await queued;
        Wake();
        await job.Done();
    }

    // Behind what the calling thread does now: it then goes on with the turn without waking another one.
    private void Wake()
    {
        if (Interlocked.CompareExchange(ref _scheduled, 1, 0) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        }
    }

    private void CommitBatch()
    {
        for (var rest = CollectionsMarshal.AsSpan(_batch); !rest.IsEmpty;)
        {
            var together = Together(rest);
            Commit(rest[..together]);
            rest = rest[together..];
        }

        _batch.Clear();
    }

    /// <summary>How many of the first jobs share a transaction.</summary>
    private static int Together(ReadOnlySpan<WriteJob> jobs)
    {
        var count = 0;
        while (count < jobs.Length && !jobs[count].Alone)
        {
            count++;
        }

        return Math.Max(count, 1);
    }

    private void Commit(ReadOnlySpan<WriteJob> jobs)
    {
        var began = _metrics.Now;
        try
        {
            var session = _session ??= new WriteSession(_path);
            if (!TryAll(session, jobs))
            {
                OneByOne(session, jobs);
            }

            if (_failure is not null)
            {
                session.Connection.WaitForLocks(Connection.Patience);
                _failure = null;
            }

            _metrics.Committed(began, jobs.Length);
        }
        catch (Exception e)
        {
            FailAll(jobs, e);
        }
    }

    /// <summary>Commits them all; false, with nothing written, where one of several is to blame.</summary>
    private static bool TryAll(WriteSession session, ReadOnlySpan<WriteJob> jobs)
    {
        session.Begin();
        foreach (var job in jobs)
        {
            try
            {
                job.Execute(session);
            }
            catch (Exception e) when (IsOfWrite(e))
            {
                session.Rollback();
                if (jobs.Length > 1)
                {
                    return false;
                }

                job.Fail(Reason(e));
                return true;
            }
        }

        End(session);
        foreach (var job in jobs)
        {
            job.Succeed();
        }

        return true;
    }

    private static void OneByOne(WriteSession session, ReadOnlySpan<WriteJob> jobs)
    {
        var reasons = new Exception?[jobs.Length];
        session.Begin();
        for (var i = 0; i < jobs.Length; i++)
        {
            session.Savepoint();
            try
            {
                jobs[i].Execute(session);
                session.Release();
            }
            catch (Exception e) when (IsOfWrite(e))
            {
                session.RollbackToSavepoint();
                reasons[i] = Reason(e);
            }
        }

        End(session);
        for (var i = 0; i < jobs.Length; i++)
        {
            if (reasons[i] is { } reason)
            {
                jobs[i].Fail(reason);
            }
            else
            {
                jobs[i].Succeed();
            }
        }
    }

    private static void End(WriteSession session)
    {
        try
        {
            session.Commit();
        }
        catch (SqliteFailure failure)
        {
            throw failure.ToStoreException(committing: true);
        }
    }

    private static bool IsOfWrite(Exception e) => e is not SqliteFailure { IsOfStore: true };

    private static Exception Reason(Exception e) => e switch
    {
        SqliteFailure { IsConstraint: true } broken => RowWriter.Broken(broken),
        SqliteFailure failure => failure.ToStoreException(),
        _ => e,
    };

    private void FailAll(ReadOnlySpan<WriteJob> jobs, Exception e)
    {
        var failure = e as SqliteFailure ?? e.InnerException as SqliteFailure;
        var reason = e as StoreException ?? failure?.ToStoreException() ?? new StoreUnavailableException("the store's writer failed", e);
        if (_failure is null)
        {
            LogFailed(_log, reason.Message, e);
        }

        _failure = reason;
        StoreMetrics.Failed();
        try
        {
            _session?.Rollback();
        }
        catch (SqliteFailure)
        {
            failure = null; // a connection that cannot even roll back is given up
        }

        if (failure is null or { NeedsNewConnection: true })
        {
            _session?.Dispose();
            _session = null;
        }

        _session?.Connection.WaitForLocks(ShortPatience);

        foreach (var job in jobs)
        {
            job.Fail(reason);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The store does not write: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason, Exception e);
}
