using System.Threading.Channels;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>One writing connection. While a batch commits, the next one forms (group commit).</summary>
/// <remarks>
/// One bad write harms no other: the server names the command or the key that failed, that write is taken out, and the rest is
/// sent again. A session that is lost in the middle leaves nobody in doubt for long: see <see cref="LostBatch"/>.
/// </remarks>
internal sealed partial class Lane : IAsyncDisposable
{
    private readonly int _no;
    private readonly int _most;
    private readonly LaneSurroundings _around;
    private readonly Channel<AppendJob> _queue;
    private readonly AppendBatch _batch;
    private readonly LostBatch _lost;
    private readonly TimeProvider _time;
    private readonly LaneSession _session;
    private Sent _sent = new(0, 0);
    private volatile Sent? _loose; // may still be at a batch that was answered as unknown
    private FencedException? _dead;
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
        _session = new LaneSession(no, around);
        _lost = new LostBatch(around.Incarnation, no, around.ApplicationName, around.Options.UnknownPatience);
    }

    /// <summary>Why it does not write; null while it does.</summary>
    public StoreException? Failure => _session.Failure;

    /// <summary>What the store refused to write; see <see cref="LaneSession.Refusal"/>.</summary>
    public StoreException? Refusal => _session.Refusal;

    /// <summary>Whether what was answered as unknown may yet be written.</summary>
    public bool IsUnsettled => _loose is not null;

    /// <summary>Opens its session, and begins.</summary>
    public async ValueTask Start(CancellationToken cancellationToken)
    {
        await _session.Open(cancellationToken);
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
        _session.Close();
        _queue.Writer.TryComplete();
        await _loop;
        await _session.DisposeAsync();
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
        long? lostSince = null; // sessions that open and break again and again must not hold up these jobs for ever
        while (jobs.Count > 0)
        {
            try
            {
                ThrowIfDead();
                var connection = await _session.Get(began, isUnknown);
                if (isUnknown && await Settle(connection, jobs))
                {
                    return;
                }

                isUnknown = false;
                await EndLoose(connection);
                var sent = _time.GetTimestamp();
                _sent = new Sent(_session.Server, connection.ProcessID);
                await _batch.Commit(connection, jobs);
                _around.Metrics.Committed(sent, jobs.Count);
                _session.Works();
                _loose = null;
                if (_around.Acknowledged.Add(_session.Server, jobs))
                {
                    Answer(jobs, null);
                    return;
                }

                // Another server is in the place of this one: what became of the batch is to be found there.
                (isUnknown, began) = (true, _time.GetTimestamp());
                await _session.Drop();
            }
            catch (PostgresException e) when (!PostgresFailures.IsLossOfSession(e))
            {
                await Refused(e, jobs, isUnknown, began);
            }
            catch (StoreException e)
            {
                Answer(jobs, isUnknown ? Loose(e) : e);
            }
            catch (Exception e) when (PostgresFailures.IsLossOfSession(e))
            {
                if (!isUnknown)
                {
                    (isUnknown, began) = (true, _time.GetTimestamp());
                }

                _session.Failed(e);
                await _session.Drop();
                if (lostSince is null)
                {
                    lostSince = _time.GetTimestamp();
                }
                else if (_session.IsClosing || _time.GetElapsedTime(lostSince.Value) >= _around.Options.UnknownPatience)
                {
                    Answer(jobs, Loose(e));
                }
                else
                {
                    await Task.Delay(LaneSession.Backoff, _time);
                }
            }
            catch (Exception e)
            {
                // The connection may be in the middle of anything.
                LogBroken(_around.Log, _no, e);
                await _session.Drop();
                Answer(jobs, Loose(e));
            }
        }
    }

    /// <summary>Asks what became of the lost batch; true where its jobs are answered.</summary>
    private async Task<bool> Settle(NpgsqlConnection connection, List<AppendJob> jobs)
    {
        var fate = await _lost.Find(connection, ProcessOf(_sent), jobs);
        LogSettled(_around.Log, _no, jobs.Count, fate);
        switch (fate)
        {
            case Fate.Committed when _around.Acknowledged.Add(_session.Server, jobs):
                _session.Works();
                Answer(jobs, null);
                return true;
            case Fate.Unknown or Fate.Committed: // committed at a server that was replaced since
                Answer(jobs, Unknown(_session.Failure));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Ends a session whose batch nobody waits for any more; the lock of the lane, which comes next, waits until it is over.</summary>
    private async Task EndLoose(NpgsqlConnection connection)
    {
        if (_loose is { } loose)
        {
            await _lost.End(connection, ProcessOf(loose));
        }
    }

    /// <summary>The number of a session; 0 where it was another server's, as which it may be anybody's here.</summary>
    private int ProcessOf(Sent sent) => sent.Server == _session.Server ? sent.Process : 0;

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
            await Task.Delay(LaneSession.Backoff, _time);
        }
        else if (isUnknown)
        {
            Answer(jobs, Loose(e));
        }
        else if (PostgresFailures.IsFull(e) || e.SqlState.StartsWith("53", StringComparison.Ordinal))
        {
            _session.Failed(e);
            Answer(jobs, PostgresFailures.ToStoreException(e));
        }
        else if (PostgresFailures.IsOfWrite(e))
        {
            await TakeOut(e, jobs);
        }
        else
        {
            Refuse(e, jobs);
        }
    }

    /// <summary>The store fails: those whose part it refused, or all where it does not say, are told so.</summary>
    private void Refuse(PostgresException e, List<AppendJob> jobs)
    {
        var refusal = PostgresFailures.Refusal(e);
        _session.Failed(refusal);
        var named = Blame.Find(e, jobs).Select(blamed => blamed.Job).ToList();
        Answer(named.Count == 0 ? jobs : named, refusal);
        jobs.RemoveAll(job => job.Done.IsCompleted);
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

    private void ThrowIfDead()
    {
        if (_dead is not null)
        {
            throw _dead;
        }
    }

    /// <summary>Nobody knows, and it may even be written later: before anybody reads what there is, the session has to be ended.</summary>
    private StoreUnavailableException Loose(Exception e)
    {
        _loose = _sent;
        return Unknown(e);
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

    [LoggerMessage(2, LogLevel.Warning, "Lane {Lane} lost its session in the middle of {Writes} writes; they are {Fate}")]
    private static partial void LogSettled(ILogger logger, int lane, int writes, Fate fate);

    [LoggerMessage(4, LogLevel.Error, "The writer of lane {Lane} failed")]
    private static partial void LogBroken(ILogger logger, int lane, Exception e);

    [LoggerMessage(3, LogLevel.Error, "The store refuses what incarnation {Incarnation} writes: it was declared dead")]
    private static partial void LogCondemned(ILogger logger, Guid incarnation);

    /// <summary>Where a batch was sent.</summary>
    /// <param name="Server">Which server of those that were seen.</param>
    /// <param name="Process">The session, by the server's number.</param>
    private sealed record Sent(int Server, int Process);
}
