using MarketManager.Kernel;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>Brings batches to their end on one lane: each write is answered, whatever becomes of the session or of the others.</summary>
/// <remarks>
/// One bad write harms no other: the server names the command or the key that failed, that write is taken out, and the rest is
/// sent again. A session that is lost in the middle leaves nobody in doubt for long: see <see cref="LostBatch"/>.
/// </remarks>
/// <param name="no">The lane's number.</param>
/// <param name="session">Its connection.</param>
/// <param name="around">What it shares with the others.</param>
internal sealed partial class BatchCommitter(int no, LaneSession session, LaneSurroundings around)
{
    private readonly AppendBatch _batch = new(around.Incarnation, no, around.Options.UnknownPatience);
    private readonly LostBatch _lost = new(around.Incarnation, no, around.ApplicationName, around.Options.UnknownPatience);
    private readonly TimeProvider _time = around.World.Time;
    private Sent _sent = new(0, 0);
    private volatile Sent? _loose; // may still be at a batch that was answered as unknown
    private FencedException? _dead;

    /// <summary>Whether what was answered as unknown may yet be written.</summary>
    public bool IsUnsettled => _loose is not null;

    /// <summary>Commits the jobs, or fails them; ends with all of them answered.</summary>
    public async Task Commit(List<AppendJob> jobs)
    {
        var course = new Course(_time.GetTimestamp());
        while (jobs.Count > 0)
        {
            try
            {
                await Try(jobs, course);
            }
            catch (PostgresException e) when (!PostgresFailures.IsLossOfSession(e))
            {
                await Refused(e, jobs, course);
            }
            catch (StoreException e)
            {
                Answer(jobs, course.IsUnknown ? Loose(e) : e);
            }
            catch (Exception e) when (PostgresFailures.IsLossOfSession(e))
            {
                await Lost(e, jobs, course);
            }
            catch (Exception e)
            {
                await GiveUp(jobs, e);
            }
        }
    }

    /// <summary>Answers the jobs that are left: nobody knows what became of them.</summary>
    public async Task GiveUp(List<AppendJob> jobs, Exception why)
    {
        LogBroken(around.Log, no, why);
        await session.Drop(); // it may be in the middle of anything
        Answer(jobs, Loose(why));
    }

    private async Task Try(List<AppendJob> jobs, Course course)
    {
        if (_dead is not null)
        {
            throw _dead;
        }

        var connection = await session.Get(course.Began, course.IsUnknown);
        if (course.IsUnknown && await Settle(connection, jobs))
        {
            return;
        }

        course.IsKnown();
        await EndLoose(connection);
        var sent = _time.GetTimestamp();
        _sent = new Sent(session.Server, connection.ProcessID);
        await _batch.Commit(connection, jobs);
        around.Metrics.Committed(sent, jobs.Count);
        session.Works();
        _loose = null;
        if (around.Acknowledged.Add(session.Server, jobs))
        {
            Answer(jobs, null);
            return;
        }

        // Another server is in the place of this one: what became of the batch is to be found there.
        course.BecomesUnknown(_time.GetTimestamp());
        await session.Drop();
    }

    /// <summary>The session broke: it is tried anew through another one, but not for ever.</summary>
    private async Task Lost(Exception e, List<AppendJob> jobs, Course course)
    {
        if (!course.IsUnknown)
        {
            course.BecomesUnknown(_time.GetTimestamp());
        }

        session.Failed(e);
        await session.Drop();
        if (session.IsClosing || (course.LostSince is { } since && _time.GetElapsedTime(since) >= around.Options.UnknownPatience))
        {
            Answer(jobs, Loose(e));
        }
        else if (course.LostSince is null)
        {
            course.LostSince = _time.GetTimestamp();
        }
        else
        {
            await Task.Delay(LaneSession.Backoff, _time);
        }
    }

    /// <summary>Asks what became of the lost batch; true where its jobs are answered.</summary>
    private async Task<bool> Settle(NpgsqlConnection connection, List<AppendJob> jobs)
    {
        var fate = await _lost.Find(connection, ProcessOf(_sent), jobs);
        LogSettled(around.Log, no, jobs.Count, fate);
        switch (fate)
        {
            case Fate.Committed when around.Acknowledged.Add(session.Server, jobs):
                session.Works();
                Answer(jobs, null);
                return true;
            case Fate.Unknown or Fate.Committed: // committed at a server that was replaced since
                Answer(jobs, Unknown(session.Failure));
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
    private int ProcessOf(Sent sent) => sent.Server == session.Server ? sent.Process : 0;

    /// <summary>The server refused the batch: nothing was written.</summary>
    private async Task Refused(PostgresException e, List<AppendJob> jobs, Course course)
    {
        if (e.SqlState == PostgresFailures.NodeDead)
        {
            _dead = new FencedException(null, e);
            LogCondemned(around.Log, around.Incarnation);
            StoreMetrics.Refused(jobs.Count);
            Answer(jobs, course.IsUnknown ? Unknown(_dead) : _dead);
            around.Condemned(around.Incarnation);
        }
        else if (PostgresFailures.IsPassing(e) && _time.GetElapsedTime(course.Began) < around.Options.UnknownPatience)
        {
            await Task.Delay(LaneSession.Backoff, _time);
        }
        else if (course.IsUnknown)
        {
            Answer(jobs, Loose(e));
        }
        else if (PostgresFailures.IsFull(e) || e.SqlState.StartsWith("53", StringComparison.Ordinal))
        {
            session.Failed(e);
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
        session.Failed(refusal);
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
        // The other half stays, and is tried next.
        var half = jobs[..(jobs.Count / 2)];
        jobs.RemoveRange(0, half.Count);
        await Commit(half);
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

    /// <summary>How it goes with one batch.</summary>
    /// <param name="began">When it was begun.</param>
    private sealed class Course(long began)
    {
        /// <summary>When it was begun, or since when its fate is being found out.</summary>
        public long Began { get; private set; } = began;

        /// <summary>Whether it was sent, and the answer is lost.</summary>
        public bool IsUnknown { get; private set; }

        /// <summary>When its session was lost first; one that opens and breaks again and again must not hold it up for ever.</summary>
        public long? LostSince { get; set; }

        /// <summary>Its answer is lost.</summary>
        public void BecomesUnknown(long now) => (IsUnknown, Began) = (true, now);

        /// <summary>Nothing of it was written, and nothing will be.</summary>
        public void IsKnown() => IsUnknown = false;
    }
}
