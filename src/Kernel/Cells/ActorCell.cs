using System.Runtime.CompilerServices;

namespace MarketManager.Kernel;

/// <summary>What an actor is apart from its messages: its life, its children, its supervision, who watches it.</summary>
/// <remarks>
/// <code>
/// Starting ──► Running ──► Stopping ──► Stopped      a stop may come in any phase
///    ▲            │ throws     ▲
///    │            ▼            │
///    └─ Restarting ◄─ Suspended ┘                    children end, OnStop, backoff, new instance
/// </code>
/// All fields belong to the cell's turns; other threads only post signals.
/// </remarks>
internal abstract class ActorCell : Turns
{
    private readonly SupervisorStrategy _supervision;
    private volatile Phase _phase = Phase.Starting;
    private bool _busy; // user code is running, or is awaited
    private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _handling;
    private Action? _onHandled;
    private IDelivery? _delivery;
    private bool _stopRequested;
    private Exception? _reason;
    private Exception? _deferred;
    private Exception? _suspendedBy;
    private bool _startFailed;
    private List<ActorCell>? _children;
    private List<IWatcher>? _watchers;
    private RestartWindow? _restarts;
    private TimeSpan _backoff;

    protected ActorCell(ActorSystem system, ActorCell? parent, SpawnOptions options)
        : base(system.Scheduler)
    {
        System = system;
        Parent = parent;
        _supervision = options.Supervision;
    }

    private enum Phase
    {
        Starting,
        Running,
        Suspended,
        Restarting,
        Stopping,
        Stopped,
    }

    public ActorSystem System { get; }

    public ActorCell? Parent { get; }

    public abstract ActorRef Ref { get; }

    public int Restarts { get; private set; }

    public bool IsStopped => _phase == Phase.Stopped;

    /// <summary>How many messages wait.</summary>
    public abstract int Depth { get; }

    /// <summary>After its end the cell goes on accepting: to find dead letters that slipped in while it ended.</summary>
    protected sealed override bool IsAccepting => !_busy && _phase is Phase.Running or Phase.Stopped;

    private string Path => Ref.Path;

    /// <summary>Makes the instance and starts it. Failures are in the task.</summary>
    protected abstract ValueTask StartInstance();

    /// <summary>Lets the instance, if there is one, stop, and lets go of it. Failures are in the task.</summary>
    protected abstract ValueTask StopInstance();

    /// <summary>Takes away what belongs to one instance: timers, watches, work that is piped.</summary>
    protected abstract void EndLife();

    /// <summary>Cancels what runs on the instance's behalf, so that a handler that awaits it comes to its end.</summary>
    protected abstract void CancelWork();

    public void Launch() => Post(static cell => ((ActorCell)cell!).Start(), this);

    public void RequestStop() => Post(static cell => ((ActorCell)cell!).Stop(null), this);

    public void AddWatcher(IWatcher watcher) => Post(
        static pair =>
        {
            var (cell, watcher) = ((ActorCell, IWatcher))pair!;
            if (cell.IsStopped)
            {
                watcher.OnTerminated(cell.News);
            }
            else
            {
                (cell._watchers ??= []).Add(watcher);
            }
        },
        (this, watcher));

    public void RemoveWatcher(IWatcher watcher) => Post(
        static pair =>
        {
            var (cell, watcher) = ((ActorCell, IWatcher))pair!;
            cell._watchers?.Remove(watcher);
        },
        (this, watcher));

    /// <summary>Adds a child. In the cell's turn only.</summary>
    public void Adopt(ActorCell child)
    {
        if (_phase is not (Phase.Starting or Phase.Running))
        {
            throw new InvalidOperationException($"{Path} is ending and cannot have a new child");
        }

        System.Register(child);
        (_children ??= []).Add(child);
        child.Launch();
    }

    /// <summary>Ends the actor after the current message whatever its strategy says, because going on would do harm.</summary>
    public void Condemn(Exception reason)
    {
        KernelLog.Condemned(System.Log, reason, Path);
        Stop(reason);
    }

    /// <summary>Fails the actor after the current message, even if its handler catches the exception.</summary>
    public void FailAfterMessage(Exception e) => _deferred ??= e;

    /// <summary>User code begins; a failure of it will be told to <paramref name="delivery"/>.</summary>
    protected void Begin(IDelivery? delivery)
    {
        _busy = true;
        _delivery = delivery;
    }

    /// <summary>Goes on when user code has ended; the actor is parked until then. Never throws.</summary>
    protected void Await(ValueTask handling)
    {
        _handling = handling.ConfigureAwait(false).GetAwaiter();
        if (_handling.IsCompleted)
        {
            Unpark();
        }
        else
        {
            _handling.UnsafeOnCompleted(_onHandled ??= OnHandled);
        }
    }

    /// <summary>User code has ended, with a failure or without.</summary>
    protected void Completed(Exception? e)
    {
        if (e is not null)
        {
            _delivery?.Failed(e);
        }

        _delivery = null;
        _busy = false;
        switch (_phase)
        {
            case Phase.Starting or Phase.Running when _stopRequested:
                BeginStop();
                break;
            case Phase.Starting or Phase.Running when (e ?? _deferred) is { } failure:
                Fail(failure);
                break;
            case Phase.Starting:
                _phase = Phase.Running;
                break;
            case Phase.Restarting or Phase.Stopping:
                if (e is not null)
                {
                    KernelLog.StopFailed(System.Log, e, Path);
                }

                InstanceStopped();
                break;
        }
    }

    protected override void OnCallbackFailed(Exception e) => FailFromOutside(e);

    private Terminated News => new(Path, _reason);

    private void OnHandled()
    {
        // A continuation normally completes the handler within the cell's turn; a task that the handler returned may not.
        if (IsInTurn)
        {
            Unpark();
        }
        else
        {
            Post(static cell => ((ActorCell)cell!).Unpark(), this);
        }
    }

    private void Unpark()
    {
        var handling = _handling;
        _handling = default;
        Exception? failure = null;
        try
        {
            handling.GetResult();
        }
        catch (Exception e)
        {
            failure = e; // whatever user code throws is supervision's to judge
        }

        Completed(failure);
    }

    private void Start()
    {
        if (_phase is Phase.Starting or Phase.Restarting)
        {
            _phase = Phase.Starting;
            Begin(null);
            Await(StartInstance());
        }
    }

    private void Stop(Exception? reason)
    {
        if (_stopRequested || _phase >= Phase.Stopping)
        {
            return;
        }

        _stopRequested = true;
        _reason ??= reason;
        CancelWork();
        if (!_busy)
        {
            BeginStop();
        }
    }

    private void BeginStop()
    {
        _phase = Phase.Stopping;
        EndChildrenThenInstance();
    }

    private void EndChildrenThenInstance()
    {
        EndLife();
        if (_children is { Count: > 0 } children)
        {
            children.ForEach(child => child.RequestStop());
        }
        else
        {
            EndInstance();
        }
    }

    private void EndInstance()
    {
        Begin(null);
        Await(StopInstance());
    }

    private void ChildStopped(ActorCell child)
    {
        _children!.Remove(child);
        if (_children.Count == 0 && _phase is Phase.Restarting or Phase.Stopping)
        {
            EndInstance();
        }
    }

    private void InstanceStopped()
    {
        if (_phase == Phase.Stopping || _stopRequested)
        {
            Terminate();
        }
        else if (_backoff <= TimeSpan.Zero)
        {
            Start();
        }
        else
        {
            System.Wheel.Start(new BackoffTimer(this), _backoff);
        }
    }

    private void Terminate()
    {
        _phase = Phase.Stopped;
        System.Unregister(this);
        var news = News;
        _watchers?.ForEach(watcher => watcher.OnTerminated(news));
        _watchers = null;
        Parent?.Post(static cell => ((ActorCell)cell!).Parent!.ChildStopped((ActorCell)cell), this);
    }

    private void Fail(Exception e)
    {
        _startFailed = _phase == Phase.Starting;
        _suspendedBy = e;
        _deferred = null;
        _phase = Phase.Suspended;
        switch (Decide(e))
        {
            case Directive.Resume when !_startFailed:
                Resume(e);
                break;
            case Directive.Resume or Directive.Restart:
                Restart(e);
                break;
            case Directive.Escalate:
                Escalate(e);
                break;
            default:
                StopFor(e);
                break;
        }
    }

    private Directive Decide(Exception e)
    {
        try
        {
            return _supervision.Decide(e);
        }
        catch (Exception broken)
        {
            KernelLog.DecideFailed(System.Log, broken, Path); // a strategy that cannot judge must not bring the kernel down
            return Directive.Stop;
        }
    }

    private void Resume(Exception e)
    {
        KernelLog.Resumed(System.Log, e, Path);
        _phase = Phase.Running;
        _children?.ForEach(child => child.Post(static cell => ((ActorCell)cell!).ResumeWithParent(), child));
    }

    /// <summary>A child that waited for its parent's decision.</summary>
    private void ResumeWithParent()
    {
        if (_phase != Phase.Suspended)
        {
            return;
        }

        if (_startFailed)
        {
            Restart(_suspendedBy!); // there is nothing yet that could go on
        }
        else
        {
            _phase = Phase.Running;
        }
    }

    private void Restart(Exception e)
    {
        var time = System.World.Time;
        var recent = (_restarts ??= new RestartWindow()).Add(time, time.GetTimestamp(), _supervision.Within);
        if (recent > _supervision.MaxRestarts)
        {
            KernelLog.LimitReached(System.Log, Path, _supervision.MaxRestarts, _supervision.Within);
            if (_supervision.OnLimit == Directive.Escalate)
            {
                Escalate(e);
            }
            else
            {
                StopFor(e);
            }

            return;
        }

        Restarts++;
        _backoff = _supervision.Backoff.Before(recent, System.World.NextDouble());
        KernelLog.Restarting(System.Log, e, Path, Restarts, _backoff, e.GetType().Name);
        System.Metrics.Restarted(e);
        _phase = Phase.Restarting;
        CancelWork();
        EndChildrenThenInstance();
    }

    private void Escalate(Exception e)
    {
        if (Parent is not { } parent)
        {
            StopFor(e);
            return;
        }

        KernelLog.Escalated(System.Log, e, Path);
        parent.Post(
            static pair =>
            {
                var (parent, e) = ((ActorCell, Exception))pair!;
                parent.FailFromOutside(e);
            },
            (parent, e));
    }

    private void StopFor(Exception e)
    {
        KernelLog.StoppedByFailure(System.Log, e, Path);
        Stop(e);
    }

    /// <summary>A failure that no handler of this actor threw: escalated by a child, or thrown by a stray continuation.</summary>
    private void FailFromOutside(Exception e)
    {
        if (_busy)
        {
            _deferred ??= e;
        }
        else if (_phase is Phase.Starting or Phase.Running)
        {
            Fail(e);
        }
    }

    private sealed class BackoffTimer(ActorCell cell) : WheelTimer
    {
        internal override void Fire() => cell.Post(static cell => ((ActorCell)cell!).Start(), cell);
    }
}
