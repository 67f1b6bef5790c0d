using MarketManager.Actors.Idempotency;
using MarketManager.Kernel;

namespace MarketManager.Actors.Runs;

/// <content>The one run that is going, from its start to its end.</content>
public abstract partial class RunningActor<TState>
{
    private static readonly object OverdueTimer = new(), EndTimer = new();

    private ActorRef? _child;
    private RunReport _report = new();
    private int _attempt = 1;
    private PendingEnd? _end;
    private long _waitingBytes;

    /// <summary>The attempt of the run that is going, from 1.</summary>
    protected int Attempt => _attempt;

    /// <summary>Ends an entity that <see cref="IsCeasing"/>, once nothing of the run that is going is left.</summary>
    protected ValueTask Cease() => Life.Running is null
        ? KeepEndAlone()
        : CutShort(RunState.Cancelled, Error(ErrorKinds.Deleted, $"the {Id.Entity} was deleted"));

    // Ends the run that is going otherwise than by itself; what ends it first counts.
    private ValueTask CutShort(RunState outcome, RunError error)
    {
        if (Life.Running is null)
        {
            return default;
        }

        _end ??= new PendingEnd(outcome, null, error);
        if (_child is { } child)
        {
            Context.Stop(child);
            return default;
        }

        return KeepEnd(_end);
    }

    // The child is made only after the start is durable: a run that nobody knows of must not ask anything of a venue.
    private async ValueTask<RunView> Begin(RunEvent.Started started, IdempotencyKey? key)
    {
        var report = _report = new RunReport();
        _attempt = 1;
        var view = Life.Apply(started).Running!.View(Id.Id, 1);
        await Persist(
            [started],
            (state, sequence) => key is null
                ? [new RunOpened(view), RowOf(state, sequence)]
                : [new RunOpened(view), RowOf(state, sequence), KeptAnswer.Of(key, view, started.At)],
            guarded: key is not null);

        Context.Timers.Cancel(StartTimer);
        var run = Life.Running!;
        RunMetrics.CountStart(run);
        _child = SpawnChild(run, report);
        Context.Watch(_child, gone => new RunMessage.ChildGone(run.RunId, gone.Reason));
        Context.Timers.Start(OverdueTimer, new RunMessage.Overdue(run.RunId), run.MaxRun);
        return view;
    }

    private async ValueTask OnAttempt(RunMessage.AttemptStarted attempt)
    {
        if (Life.Running?.RunId == attempt.RunId && attempt.Attempt > _attempt)
        {
            _attempt = attempt.Attempt;
            RunMetrics.CountRetry();
            await TryKeep();
        }
    }

    // Only now nothing of the run is left, and its end may be written.
    private async ValueTask OnChildGone(RunMessage.ChildGone gone)
    {
        if (Life.Running?.RunId == gone.RunId)
        {
            _child = null;
            var report = _report;
            _report = new RunReport(); // what it brought is of no use once the end is kept
            _attempt = Math.Max(1, report.Attempts);

            // A child that had come to its own end before the stop reached it has ended the run, nothing else.
            var isByItself = report.Result is not null || report.Error is not null || gone.Reason is not null;
            await KeepEnd(_end is { } cut && !isByItself ? cut : EndOf(report, gone.Reason));
        }
    }

    private PendingEnd EndOf(RunReport report, Exception? reason) =>
        report.Result is { } result
            ? new(RunState.Succeeded, result, null)
            : new(
                RunState.Failed,
                null,
                report.Error ?? Error(ErrorKinds.Internal, $"the run's child died: {reason?.Message ?? "it ended without a result"}"));

    private ValueTask OnOverdue(RunMessage.Overdue overdue) => Life.Running is { } run && run.RunId == overdue.RunId
        ? CutShort(RunState.Stale, Error(ErrorKinds.Stale, $"the run took longer than {run.MaxRun.TotalSeconds:0} s and was ended"))
        : default;

    private async ValueTask KeepEnd(PendingEnd end)
    {
        _end = end;
        var run = Life.Running!;
        var at = Now > run.Started ? Now : run.Started;
        var yield = YieldOf(run, end.Outcome, end.Result, at);
        var last = IsCeasing ? YieldOfEnd(at) : RunYield.Nothing;
        var ended = RunDecisions.End(run, end.Outcome, Attempt, yield.Tally, end.Error, at);
        var view = run.View(Id.Id, Attempt) with
        {
            State = end.Outcome,
            Ended = ended.At,
            Tally = yield.Tally,
            Error = end.Error,
        };
        try
        {
            await Persist(
                [ended, .. yield.Events, .. last.Events],
                (state, sequence) => [new RunClosed(view), RowOf(state, sequence), .. yield.Rows, .. last.Rows]);
        }
        catch (StoreException e) when (e is StoreFullException or StoreUnavailableException or EventTooNewException)
        {
            LogEndNotKept(Id, run.RunId, e.Message);
            _end = Waiting(end);
            Context.Timers.Start(EndTimer, new RunMessage.KeepEndAgain(), StoreRetry);
            return;
        }
        catch (UnstorableException e) when (end.Result is not null)
        {
            await KeepEnd(new PendingEnd(RunState.Failed, null, Error(ErrorKinds.BadResponse, $"what the venue sent cannot be kept: {e.Message}")));
            return;
        }
        catch (RowConflictException e) when (e.Rule == "run_closed")
        {
            throw new RunHistoryException(Id, run.RunId, e);
        }

        _end = null;
        WaitNoMore();
        Context.Timers.Cancel(OverdueTimer);
        Context.Timers.Cancel(EndTimer);
        RunMetrics.CountEnd(view);
        LogEnded(Id, run.RunId, end.Outcome, (ended.At - run.Started).TotalMilliseconds, Attempt, end.Error?.Kind, end.Error?.Message);
        foreach (var waiter in _waiters)
        {
            waiter.Reply.Send(waiter.RunId == view.RunId ? view : null);
        }

        _waiters.Clear();
        _leave?.Reply.Send(true);
        if (IsCeasing)
        {
            Context.StopSelf();
            return;
        }

        await Arm(end.Outcome is RunState.Crashed ? RecoverySpread : default);
    }

    // The store is away: the result waits for it where there is room, else only its loss does.
    private PendingEnd Waiting(PendingEnd end)
    {
        if (end.Result is null || _waitingBytes > 0)
        {
            return end;
        }

        var bytes = BytesOf(end.Result);
        if (waiting.TryTake(bytes))
        {
            _waitingBytes = bytes;
            return end;
        }

        return new PendingEnd(
            RunState.Failed, null, Error(ErrorKinds.StoreAway, "the store was away, and as many results waited for it as there is room for"));
    }

    private void WaitNoMore()
    {
        waiting.GiveBack(_waitingBytes);
        _waitingBytes = 0;
    }

    private async ValueTask KeepEndAlone()
    {
        var last = YieldOfEnd(Now);
        if (await TryKeep(last.Events, (_, _) => last.Rows))
        {
            Context.StopSelf();
        }
        else
        {
            Context.Timers.Start(EndTimer, new RunMessage.KeepEndAgain(), StoreRetry);
        }
    }

    /// <summary>How a run is to end once its child is gone.</summary>
    private sealed record PendingEnd(RunState Outcome, object? Result, RunError? Error);
}
