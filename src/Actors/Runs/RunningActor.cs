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
    bool paused,
    WaitingResults waiting)
    : PersistentActor<EntityMessage, TState, DomainEvent>(id, recovered, empty, journal, codec)
{
    // So many may wait for the end of a run at a time; one more is told at once that it still goes on.
    private const int MostWaiters = 1_000;

    private static readonly TimeSpan RecoverySpread = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(1);
    private static readonly object StartTimer = new(), LeaveTimer = new();

    private readonly List<RunMessage.AwaitEnd> _waiters = [];
    private RunMessage.Leave? _leave;
    private bool _paused = paused;

    /// <summary>The runs' part of the state.</summary>
    protected abstract RunLife Life { get; }

    /// <summary>False before creation and after deletion: nothing is started then.</summary>
    protected abstract bool Exists { get; }

    /// <summary>True once it is durable that the entity is to cease to exist: nothing is started, a run that is going is cancelled,
    /// and the entity's own end is kept in one transaction with the end of that run.</summary>
    protected abstract bool IsCeasing { get; }

    /// <summary>How long a run may take.</summary>
    protected abstract TimeSpan MaxRun { get; }

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

    /// <summary>Spawns the child that does the work of a run; it leaves a report and stops itself.</summary>
    protected abstract ActorRef SpawnChild(RunInFlight run, RunReport report);

    /// <summary>The row that shows the entity as it is after an event.</summary>
    protected abstract object RowOf(TState state, long sequence);

    /// <summary>What the entity keeps together with the end of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="outcome">How it ends.</param>
    /// <param name="result">What its child brought; null unless it succeeded.</param>
    /// <param name="at">The instant of the end.</param>
    protected abstract RunYield YieldOf(RunInFlight run, RunState outcome, object? result, DateTimeOffset at);

    /// <summary>How much memory a result takes, by estimate.</summary>
    protected abstract long BytesOf(object result);

    /// <summary>What is kept when the entity ceases to exist.</summary>
    /// <param name="at">The instant of the end.</param>
    protected abstract RunYield YieldOfEnd(DateTimeOffset at);

    /// <summary>A message of the entity's own.</summary>
    protected abstract ValueTask OnEntityMessage(EntityMessage message);

    /// <inheritdoc/>
    protected override async ValueTask OnStart()
    {
        if (!Exists && Context.Restarts > 0)
        {
            // Its creation turns out not to have been kept, or its deletion to have been.
            Context.StopSelf();
        }
        else if (IsCeasing)
        {
            await Cease();
        }
        else if (Life.Running is not null)
        {
            // No child of this process has a run that is found in state: whoever ran it is dead.
            await CutShort(RunState.Crashed, Error(ErrorKinds.ProcessDied, "the process that carried the run died"));
        }
        else
        {
            await Arm(RecoverySpread);
        }
    }

    /// <inheritdoc/>
    protected override ValueTask OnStop()
    {
        WaitNoMore();
        foreach (var waiter in _waiters)
        {
            waiter.Reply.Send(null);
        }

        _leave?.Reply.Send(true);
        return default;
    }

    /// <inheritdoc/>
    protected override ValueTask OnMessage(EntityMessage message) => message switch
    {
        RunMessage.StartDue x => OnStartDue(x),
        RunMessage.RunNow x => OnRunNow(x),
        RunMessage.AttemptStarted x => OnAttempt(x),
        RunMessage.ChildGone x => OnChildGone(x),
        RunMessage.Overdue x => OnOverdue(x),
        RunMessage.AwaitEnd x => OnAwaitEnd(x),
        RunMessage.SetPaused x => OnSetPaused(x),
        RunMessage.Leave x => OnLeave(x),
        RunMessage.LeaveNow => CutShort(
            RunState.Crashed, Error(ErrorKinds.Shutdown, $"{_leave!.Why} before the run had ended")),
        RunMessage.KeepEndAgain when _end is { } end => KeepEnd(end),
        RunMessage.KeepEndAgain => IsCeasing ? Cease() : default,
        RunMessage.ArmAgain => Arm(),
        _ => OnEntityMessage(message),
    };

    private bool MayStart => !_paused && !Leaving && Exists && !IsCeasing;

    /// <summary>Sets the timer to the next start, after anything that may have moved it.</summary>
    /// <param name="spread">Starts that are overdue are spread over this, or one interval if that is less; default: at once.</param>
    protected async ValueTask Arm(TimeSpan spread = default)
    {
        if (!MayStart)
        {
            Context.Timers.Cancel(StartTimer);
            return;
        }

        if (RunDecisions.Reanchor(Life, Now) is { } anchored && !await TryKeep(anchored))
        {
            Context.Timers.Start(StartTimer, new RunMessage.ArmAgain(), StoreRetry);
            return;
        }

        if (RunDecisions.Next(Life, Now) is not { } next)
        {
            Context.Timers.Cancel(StartTimer);
            return;
        }

        var wait = next.Due - Now;
        if (wait <= TimeSpan.Zero || next.Trigger is RunTrigger.Recovery)
        {
            var over = Life.Schedule is { } schedule && schedule.Interval < spread ? schedule.Interval : spread;
            wait = Context.World.NextDuration(over);
        }

        Context.Timers.Start(StartTimer, new RunMessage.StartDue(next), wait);
    }

    /// <summary>An error of now.</summary>
    protected RunError Error(string kind, string message) => RunError.Of(kind, message, Now);

    private StartContext StartContext() => new(Now, MaxRun, node, Context.World.NewId);

    private async ValueTask OnStartDue(RunMessage.StartDue due)
    {
        if (!MayStart)
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
        catch (StoreException e) when (e is StoreFullException or StoreUnavailableException or EventTooNewException)
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

        if (!Exists)
        {
            request.Reply.Send(new Rejection(RejectionKind.NotFound, $"there is no {Id.Entity} {Id.Id}"));
            return;
        }

        if (IsCeasing)
        {
            request.Reply.Send(Rejections.BeingDeleted(Id.Entity, Id.Id, Life.Running?.RunId));
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

    private ValueTask OnAwaitEnd(RunMessage.AwaitEnd request)
    {
        if (_waiters.Count == MostWaiters)
        {
            _waiters.RemoveAll(waiter => waiter.Reply.IsSettled); // gone, or out of patience
        }

        if (Life.Running?.RunId == request.RunId && _waiters.Count < MostWaiters)
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
        }
        else
        {
            Context.Timers.Start(LeaveTimer, new RunMessage.LeaveNow(), leave.Patience);
        }

        return default;
    }

    // Keeps what may wait, or be lost without harm; false where the store did not take it.
    private ValueTask<bool> TryKeep(params IReadOnlyList<DomainEvent> events) =>
        TryKeep(events, (state, sequence) => [RowOf(state, sequence)]);

    private async ValueTask<bool> TryKeep(IReadOnlyList<DomainEvent> events, Func<TState, long, IReadOnlyList<object>> rows)
    {
        try
        {
            await Persist(events, rows);
            return true;
        }
        catch (StoreException e) when (e is StoreFullException or StoreUnavailableException or EventTooNewException)
        {
            LogNotKept(Id, e.Message);
            return false;
        }
    }
}
