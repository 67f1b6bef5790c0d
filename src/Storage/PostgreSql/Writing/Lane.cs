using System.Data;
using System.Threading.Channels;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Sessions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>What the lanes of a node have in common.</summary>
/// <param name="Options">Where the store is.</param>
/// <param name="Incarnation">Who writes.</param>
/// <param name="World">Time.</param>
/// <param name="Metrics">Counts.</param>
/// <param name="Log">Says what fails.</param>
/// <param name="Condemned">Called when the store refuses this incarnation for good; maybe more than once.</param>
internal sealed record LaneSurroundings(
    PostgresOptions Options, Guid Incarnation, World World, StoreMetrics Metrics, ILogger Log, Action<Guid> Condemned)
{
    public string ApplicationName => $"mm {Incarnation}";
}

/// <summary>One writing connection. While a batch commits, the next one forms (group commit).</summary>
/// <remarks>
/// One bad write harms no other: the server names the command or the key that failed, that write is taken out, and the rest is
/// sent again. A session that is lost in the middle leaves nobody in doubt for long: see <see cref="LostBatch"/>.
/// </remarks>
internal sealed partial class Lane : IAsyncDisposable
{
    private static readonly TimeSpan Backoff = TimeSpan.FromMilliseconds(100);

    private readonly int _no;
    private readonly int _most;
    private readonly LaneSurroundings _around;
    private readonly Channel<AppendJob> _queue;
    private readonly AppendBatch _batch;
    private readonly LostBatch _lost;
    private readonly TimeProvider _time;
    private NpgsqlConnection? _connection;
    private int _session;
    private long _failedAt;
    private StoreException? _failure;
    private FencedException? _dead;
    private volatile bool _isClosing;
    private Task _loop = Task.CompletedTask;

    /// <param name="no">Its number in <c>mm.lane</c>.</param>
    /// <param name="most">How many writes share a transaction.</param>
    /// <param name="around">What it shares with the others.</param>
    public Lane(int no, int most, LaneSurroundings around)
    {
        (_no, _most, _around, _time) = (no, most, around, around.World.Time);
        _queue = Channel.CreateBounded<AppendJob>(new BoundedChannelOptions(around.Options.WriteQueueCapacity)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
        });
        _batch = new AppendBatch(around.Incarnation, no, around.Options.UnknownPatience);
        _lost = new LostBatch(around.Incarnation, no, around.ApplicationName);
    }

    /// <summary>Why it does not write; null while it does.</summary>
    public StoreException? Failure => Volatile.Read(ref _failure);

    /// <summary>Opens its session, and begins.</summary>
    public async ValueTask Start(CancellationToken cancellationToken)
    {
        await Open(cancellationToken);
        _loop = Run();
    }

    /// <summary>Queues a write; it completes once it is durable.</summary>
    public ValueTask Append(AppendJob job, CancellationToken cancellationToken)
    {
        var queued = _queue.Writer.WriteAsync(job, cancellationToken);
        return queued.IsCompletedSuccessfully ? new ValueTask(job.Done) : Later(queued, job);
    }

    /// <summary>Writes what is queued where the store lets it, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _isClosing = true;
        _queue.Writer.TryComplete();
        await _loop;
        await Drop();
    }

    private static async ValueTask Later(ValueTask queued, AppendJob job)
    {
        try
        {
            await queued;
        }
        catch (ChannelClosedException e)
        {
            throw LaneSet.NoMember(e);
        }

        await job.Done;
    }

    private async Task Run()
    {
        var jobs = new List<AppendJob>(_most);
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (jobs.Count < _most && _queue.Reader.TryRead(out var job))
            {
                if (IsFit(job))
                {
                    jobs.Add(job);
                }
            }

            await Commit(jobs);
            jobs.Clear();
        }
    }

    private static bool IsFit(AppendJob job)
    {
        try
        {
            AppendBatch.Prepare(job);
            return true;
        }
        catch (Exception e)
        {
            job.Fail(e);
            return false;
        }
    }

    /// <summary>Commits the jobs, or fails them; ends with all of them answered.</summary>
    private async Task Commit(List<AppendJob> jobs)
    {
        var began = _time.GetTimestamp();
        var isUnknown = false; // whether a batch was sent whose answer is lost
        while (jobs.Count > 0)
        {
            try
            {
                await EnsureOpen(began, isUnknown);
                if (isUnknown && await Settle(jobs))
                {
                    return;
                }

                isUnknown = false;
                var sent = _time.GetTimestamp();
                _session = _connection!.ProcessID;
                await _batch.Commit(_connection, jobs);
                _around.Metrics.Committed(sent, jobs.Count);
                Works();
                Answer(jobs, null);
            }
            catch (PostgresException e) when (!PostgresFailures.IsLossOfSession(e))
            {
                await Refused(e, jobs, isUnknown, began);
            }
            catch (StoreException e)
            {
                Answer(jobs, isUnknown ? Unknown(e) : e);
            }
            catch (Exception e) when (PostgresFailures.IsLossOfSession(e))
            {
                if (!isUnknown)
                {
                    (isUnknown, began) = (true, _time.GetTimestamp());
                }

                Failed(e);
                await Drop();
            }
            catch (Exception e)
            {
                // The connection may be in the middle of anything.
                LogBroken(_around.Log, _no, e);
                await Drop();
                Answer(jobs, new StoreUnavailableException("the store's writer failed", e, outcomeUnknown: true));
            }
        }
    }

    /// <summary>Asks what became of the lost batch; true where its jobs are answered.</summary>
    private async Task<bool> Settle(List<AppendJob> jobs)
    {
        var fate = await _lost.Find(_connection!, _session, jobs);
        LogSettled(_around.Log, _no, jobs.Count, fate);
        switch (fate)
        {
            case Fate.Committed:
                Works();
                Answer(jobs, null);
                return true;
            case Fate.Unknown:
                Answer(jobs, Unknown(_failure));
                return true;
            default:
                return false;
        }
    }

    /// <summary>The server refused the batch: nothing was written.</summary>
    private async Task Refused(PostgresException e, List<AppendJob> jobs, bool isUnknown, long began)
    {
        if (e.SqlState == PostgresFailures.NodeDead)
        {
            _dead = new FencedException(null, e);
            LogCondemned(_around.Log, _around.Incarnation);
            StoreMetrics.Refused(jobs.Count);
            Answer(jobs, isUnknown ? Unknown(_dead) : _dead);
            _around.Condemned(_around.Incarnation);
        }
        else if (PostgresFailures.IsPassing(e) && _time.GetElapsedTime(began) < _around.Options.UnknownPatience)
        {
            await Task.Delay(Backoff, _time);
        }
        else if (isUnknown)
        {
            Answer(jobs, Unknown(e));
        }
        else if (PostgresFailures.IsFull(e) || e.SqlState.StartsWith("53", StringComparison.Ordinal))
        {
            Failed(e);
            Answer(jobs, PostgresFailures.ToStoreException(e));
        }
        else
        {
            await TakeOut(e, jobs);
        }
    }

    /// <summary>Fails those to blame and leaves the rest; where nobody can be named, the halves are tried apart.</summary>
    private async Task TakeOut(PostgresException e, List<AppendJob> jobs)
    {
        var guilty = Blame.Find(e, jobs);
        foreach (var (job, why) in guilty)
        {
            jobs.Remove(job);
            job.Fail(why);
        }

        if (e.SqlState == PostgresFailures.ShardsLost)
        {
            StoreMetrics.Refused(guilty.Count);
        }

        if (guilty.Count == 0)
        {
            await Halve(jobs);
        }
    }

    private async Task Halve(List<AppendJob> jobs)
    {
        var half = jobs.Count / 2;
        var (first, second) = (jobs[..half], jobs[half..]);
        jobs.Clear();
        await Commit(first);
        await Commit(second);
    }

    /// <summary>Sees that there is a session; waits a little for a store that has just gone, and not at all for one that was known to be.</summary>
    private async ValueTask EnsureOpen(long began, bool isUnknown)
    {
        if (_dead is not null)
        {
            throw isUnknown ? Unknown(_dead) : _dead;
        }

        if (_connection is { State: not ConnectionState.Open })
        {
            await Drop(); // it broke after the answer to the last batch, behind which nothing was sent
        }

        var patience = isUnknown ? _around.Options.UnknownPatience : _failedAt == 0 ? _around.Options.Patience : TimeSpan.Zero;
        while (_connection is null)
        {
            if (!isUnknown && _failedAt != 0 && _time.GetElapsedTime(_failedAt) < Backoff)
            {
                throw _failure!;
            }

            try
            {
                await Open(CancellationToken.None);
            }
            catch (Exception e) when (PostgresFailures.IsOfStore(e))
            {
                Failed(e);
                if (_isClosing || _time.GetElapsedTime(began) >= patience)
                {
                    _failedAt = _time.GetTimestamp();
                    throw isUnknown ? Unknown(e) : _failure!;
                }

                await Task.Delay(Backoff, _time);
            }
        }
    }

    private async ValueTask Open(CancellationToken cancellationToken)
    {
        var connection = await PostgresSession.Open(_around.Options.ConnectionString, _around.ApplicationName, cancellationToken);
        try
        {
            await ClusterIdentity.Verify(connection, cancellationToken);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        _connection = connection;
        _failedAt = 0;
    }

    private async ValueTask Drop()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            try
            {
                await connection.DisposeAsync();
            }
            catch (Exception e) when (PostgresFailures.IsLossOfSession(e))
            {
                // It was broken already.
            }
        }
    }

    private void Works() => Volatile.Write(ref _failure, null);

    private void Failed(Exception e)
    {
        var failure = PostgresFailures.ToStoreException(e);
        if (_failure is null)
        {
            LogFailed(_around.Log, _no, failure.Message);
        }

        Volatile.Write(ref _failure, failure);
        StoreMetrics.Failed();
    }

    private static StoreUnavailableException Unknown(Exception? e) => new(
        "the connection to the store was lost before it answered, and what became of the write could not be found out", e, outcomeUnknown: true);

    private static void Answer(List<AppendJob> jobs, Exception? failure)
    {
        foreach (var job in jobs)
        {
            if (failure is null)
            {
                job.Succeed();
            }
            else
            {
                job.Fail(failure);
            }
        }

        jobs.Clear();
    }

    [LoggerMessage(1, LogLevel.Error, "The store does not write on lane {Lane}: {Reason}")]
    private static partial void LogFailed(ILogger logger, int lane, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Lane {Lane} lost its session in the middle of {Writes} writes; they are {Fate}")]
    private static partial void LogSettled(ILogger logger, int lane, int writes, Fate fate);

    [LoggerMessage(4, LogLevel.Error, "The writer of lane {Lane} failed")]
    private static partial void LogBroken(ILogger logger, int lane, Exception e);

    [LoggerMessage(3, LogLevel.Error, "The store refuses what incarnation {Incarnation} writes: it was declared dead")]
    private static partial void LogCondemned(ILogger logger, Guid incarnation);
}
