using MarketManager.Actors.Idempotency;
using MarketManager.Kernel;

namespace MarketManager.Actors.Runs;

/// <summary>What an entity keeps together with the end of a run.</summary>
/// <param name="Tally">Null unless the run succeeded.</param>
/// <param name="Events">The entity's own, after the run's.</param>
/// <param name="Rows">The entity's own.</param>
public sealed record RunYield(RunTally? Tally, IReadOnlyList<DomainEvent> Events, IReadOnlyList<object> Rows)
{
    /// <summary>Nothing to keep but the end itself.</summary>
    public static RunYield Nothing { get; } = new(null, [], []);
}

/// <summary>
/// The life of runs as an actor: owns the interval timer, the one run that is going and its child. Exchanges live by it, and
/// so will adapters, pollers and streams. A restart loses the child and what it had not brought yet; the run is then ended
/// as crashed and owed, from state.
/// </summary>
/// <typeparam name="TState">The entity's state; a <see cref="RunLife"/> is part of it.</typeparam>
public abstract partial class RunningActor<TState>(
    PersistenceId id,
    Recovered<TState>? recovered,
    TState empty,
    IJournal journal,
    IEventCodec<TState, DomainEvent> codec,
    string node,
    bool paused)
    : PersistentActor<EntityMessage, TState, DomainEvent>(id, recovered, empty, journal, codec)
{
    private static readonly TimeSpan RecoverySpread = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(1);
    private static readonly object StartTimer = new(), OverdueTimer = new(), LeaveTimer = new(), EndTimer = new();

    private readonly List<RunMessage.AwaitEnd> _waiters = [];
    private ActorRef? _child;
    private Attempts _attempts = new();
    private PendingEnd? _end;
    private RunMessage.Leave? _leave;
    private bool _paused = paused;

    /// <summary>The runs' part of the state.</summary>
    protected abstract RunLife Life { get; }

    /// <summary>False before creation and after deletion: nothing is started then.</summary>
    protected abstract bool Exists { get; }

    /// <summary>How long a run may take.</summary>
    protected abstract TimeSpan MaxRun { get; }

    /// <summary>The attempt of the run that is going, from 1.</summary>
    protected int Attempt => Math.Max(1, _attempts.Count);

    /// <summary>True once the node is about to stop.</summary>
    protected bool Leaving => _leave is not null;

    /// <summary>The name of this node.</summary>
    protected string Node => node;

    /// <summary>The instant, in whole milliseconds, as it is kept.</summary>
    protected DateTimeOffset Now
    {
        get
        {
            var now = Context.World.Now;
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
        }
    }

    /// <summary>Spawns the child that does the work of a run; it reports with <see cref="RunMessage"/>s and stops itself.</summary>
    protected abstract ActorRef SpawnChild(RunInFlight run, Attempts attempts);

    /// <summary>The row that shows the entity as it is after an event.</summary>
    protected abstract object RowOf(TState state, long sequence);

    /// <summary>What the entity keeps together with the end of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="outcome">How it ends.</param>
    /// <param name="result">What its child brought; null unless it succeeded.</param>
    /// <param name="at">The instant of the end.</param>
    protected abstract RunYield YieldOf(RunInFlight run, RunState outcome, object? result, DateTimeOffset at);

    /// <summary>The end of a run was kept, or could not be (then it is tried again, and a cancelled run becomes a crashed one).</summary>
    protected virtual ValueTask OnEndKept(RunState outcome, StoreException? failure) => default;

    /// <summary>A message of the entity's own.</summary>
    protected abstract ValueTask OnEntityMessage(EntityMessage message);

    /// <inheritdoc/>
    protected override async ValueTask OnStart()
    {
        // No child of this process has a run that is found in state: whoever ran it is dead.
        if (Life.Running is not null)
        {
            await KeepEnd(new PendingEnd(
                RunState.Crashed, null, Error(ErrorKinds.ProcessDied, "the process that carried the run died")));
        }
        else
        {
            await Arm(RecoverySpread);
        }
    }

    /// <inheritdoc/>
    protected override ValueTask OnMessage(EntityMessage message) => message switch
    {
        RunMessage.StartDue x => OnStartDue(x),
        RunMessage.RunNow x => OnRunNow(x),
        RunMessage.AttemptStarted x => OnAttempt(x),
        RunMessage.ChildSucceeded x => Expect(x.RunId, new PendingEnd(RunState.Succeeded, x.Result, null)),
        RunMessage.ChildFailed x => Expect(x.RunId, new PendingEnd(RunState.Failed, null, x.Error)),
        RunMessage.ChildGone x => OnChildGone(x),
        RunMessage.Overdue x => OnOverdue(x),
        RunMessage.AwaitEnd x => OnAwaitEnd(x),
        RunMessage.SetPaused x => OnSetPaused(x),
        RunMessage.Leave x => OnLeave(x),
        RunMessage.LeaveNow => CutShort(
            RunState.Crashed, Error(ErrorKinds.Shutdown, "the node was shut down before the run had ended")),
        RunMessage.KeepEndAgain when _end is { } end => KeepEnd(end),
        RunMessage.ArmAgain => Arm(),
        RunMessage.KeepEndAgain => default,
        _ => OnEntityMessage(message),
    };

    /// <summary>Sets the timer to the next start, after anything that may have moved it.</summary>
    /// <param name="spread">Starts that are overdue are spread over this, or one interval if that is less; default: at once.</param>
    protected async ValueTask Arm(TimeSpan spread = default)
    {
        if (_paused || Leaving || !Exists)
        {
            Context.Timers.Cancel(StartTimer);
            return;
        }

        if (RunDecisions.Reanchor(Life, Now) is { } anchored && !await TryKeep(anchored))
        {
            Context.Timers.Start(StartTimer, new RunMessage.ArmAgain(), StoreRetry);
            return;
        }

        if (RunDecisions.Next(Life) is not { } next)
        {
            Context.Timers.Cancel(StartTimer);
            return;
        }

        var wait = next.Due - Now;
        if (wait <= TimeSpan.Zero)
        {
            var over = Life.Schedule is { } schedule && schedule.Interval < spread ? schedule.Interval : spread;
            wait = Context.World.NextDuration(over);
        }

        Context.Timers.Start(StartTimer, new RunMessage.StartDue(next), wait);
    }

    /// <summary>Ends the run that is going otherwise than by itself; what ends it first counts.</summary>
    protected ValueTask CutShort(RunState outcome, RunError error)
    {
        if (Life.Running is not null)
        {
            _end ??= new PendingEnd(outcome, null, error);
            if (_child is { } child)
            {
                Context.Stop(child);
            }
        }

        return default;
    }

    /// <summary>An error of now.</summary>
    protected RunError Error(string kind, string message) =>
        new(kind, message.Length <= 500 ? message : string.Concat(message.AsSpan(0, 499), "…"), Now);

    private StartContext StartContext() => new(Now, MaxRun, node, Context.World.NewId);

    private async ValueTask OnStartDue(RunMessage.StartDue due)
    {
        if (_paused || Leaving || !Exists)
        {
            return;
        }

        if (RunDecisions.Start(Life, due.Next, StartContext()) is not { } started)
        {
            await Arm();
            return;
        }

        try
        {
            await Begin(started, null);
        }
        catch (StoreException e) when (e is StoreFullException or StoreUnavailableException)
        {
            LogStartNotKept(Id, e.Message);
            Context.Timers.Start(StartTimer, due, StoreRetry);
        }
    }

    private async ValueTask OnRunNow(RunMessage.RunNow request)
    {
        if (Leaving)
        {
            request.Reply.Send(Rejections.Leaving);
            return;
        }

        var decision = RunDecisions.StartOnDemand(Life, StartContext());
        if (decision.Why is { } why)
        {
            request.Reply.Send(why);
            return;
        }

        try
        {
            request.Reply.Send(await Begin((RunEvent.Started)decision.Events[0], request.Key));
        }
        catch (StoreException e) when (e is not JournalConflictException)
        {
            request.Reply.Send(Rejections.Of(e));
        }
    }

    // The child is made only after the start is durable: a run that nobody knows of must not ask anything of a venue.
    private async ValueTask<RunView> Begin(RunEvent.Started started, IdempotencyKey? key)
    {
        _attempts = new Attempts();
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
        _child = SpawnChild(run, _attempts);
        Context.Watch(_child, gone => new RunMessage.ChildGone(run.RunId, gone.Reason));
        Context.Timers.Start(OverdueTimer, new RunMessage.Overdue(run.RunId), run.MaxRun);
        return view;
    }

    private async ValueTask OnAttempt(RunMessage.AttemptStarted attempt)
    {
        if (Life.Running?.RunId == attempt.RunId && attempt.Attempt > 1)
        {
            RunMetrics.CountRetry();
            await TryKeep();
        }
    }

    private ValueTask Expect(Guid runId, PendingEnd end)
    {
        if (Life.Running?.RunId == runId)
        {
            _end ??= end;
        }

        return default;
    }

    // Only now nothing of the run is left, and its end may be written.
    private async ValueTask OnChildGone(RunMessage.ChildGone gone)
    {
        if (Life.Running?.RunId == gone.RunId)
        {
            _child = null;
            await KeepEnd(_end ?? new PendingEnd(
                RunState.Failed,
                null,
                Error(ErrorKinds.Internal, $"the run's child died: {gone.Reason?.Message ?? "it ended without a result"}")));
        }
    }

    private ValueTask OnOverdue(RunMessage.Overdue overdue) => Life.Running is { } run && run.RunId == overdue.RunId
        ? CutShort(RunState.Stale, Error(ErrorKinds.Stale, $"the run took longer than {run.MaxRun.TotalSeconds:0} s and was ended"))
        : default;

    private async ValueTask KeepEnd(PendingEnd end)
    {
        _end = end;
        var run = Life.Running!;
        var at = Now > run.Started ? Now : run.Started;
        var yield = YieldOf(run, end.Outcome, end.Result, at);
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
            await Persist([ended, .. yield.Events], (state, sequence) => [new RunClosed(view), RowOf(state, sequence), .. yield.Rows]);
        }
        catch (StoreException e) when (e is StoreFullException or StoreUnavailableException)
        {
            LogEndNotKept(Id, run.RunId, e.Message);
            await OnEndKept(end.Outcome, e);
            if (end.Outcome is RunState.Cancelled)
            {
                _end = new PendingEnd(
                    RunState.Crashed, null, Error(ErrorKinds.Internal, "the run was cut short by a DELETE that the store did not take"));
            }

            Context.Timers.Start(EndTimer, new RunMessage.KeepEndAgain(), StoreRetry);
            return;
        }

        _end = null;
        Context.Timers.Cancel(OverdueTimer);
        RunMetrics.CountEnd(view);
        LogEnded(Id, run.RunId, end.Outcome, (ended.At - run.Started).TotalMilliseconds, Attempt, end.Error?.Kind, end.Error?.Message);
        foreach (var waiter in _waiters)
        {
            waiter.Reply.Send(waiter.RunId == view.RunId ? view : null);
        }

        _waiters.Clear();
        await OnEndKept(end.Outcome, null);
        if (_leave is { } leave)
        {
            leave.Reply.Send(true);
            Context.StopSelf();
            return;
        }

        await Arm(end.Outcome is RunState.Crashed ? RecoverySpread : default);
    }

    private ValueTask OnAwaitEnd(RunMessage.AwaitEnd request)
    {
        if (Life.Running?.RunId == request.RunId)
        {
            _waiters.Add(request);
        }
        else
        {
            request.Reply.Send(null);
        }

        return default;
    }

    private ValueTask OnSetPaused(RunMessage.SetPaused message)
    {
        _paused = message.Paused;
        return Arm(RecoverySpread);
    }

    private ValueTask OnLeave(RunMessage.Leave leave)
    {
        _leave = leave;
        Context.Timers.Cancel(StartTimer);
        if (Life.Running is null)
        {
            leave.Reply.Send(true);
            Context.StopSelf();
        }
        else
        {
            Context.Timers.Start(LeaveTimer, new RunMessage.LeaveNow(), leave.Patience);
        }

        return default;
    }

    // Keeps what may be lost without harm; false where the store did not take it.
    private async ValueTask<bool> TryKeep(params IReadOnlyList<DomainEvent> events)
    {
        try
        {
            await Persist(events, (state, sequence) => [RowOf(state, sequence)]);
            return true;
        }
        catch (StoreException e) when (e is StoreFullException or StoreUnavailableException)
        {
            LogNotKept(Id, e.Message);
            return false;
        }
    }

    /// <summary>How a run is to end once its child is gone.</summary>
    private sealed record PendingEnd(RunState Outcome, object? Result, RunError? Error);
}
