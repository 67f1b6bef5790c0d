using System.Runtime.CompilerServices;

namespace MarketManager.Kernel;

/// <summary>What an actor is apart from its messages: its life, its children, who watches it. Supervision is in the other part.</summary>
/// <remarks>
/// <code>
/// Starting ──► Running ──► Stopping ──► Stopped      a stop may come in any phase
///    ▲            │ throws     ▲
///    │            ▼            │
///    └─ Restarting ◄─ Suspended ┘                    children end, OnStop, backoff, new instance
/// </code>
/// All fields belong to the cell's turns; other threads only post signals.
/// </remarks>
internal abstract partial class ActorCell : Turns
{
    private volatile Phase _phase = Phase.Starting;
    private bool _busy; // user code is running, or is awaited
    private ValueTaskAwaiter _handling;
    private Action? _onHandled;
    private IDelivery? _delivery;
    private bool _stopRequested;
    private Exception? _reason;
    private Exception? _deferred;
    private HashSet<ActorCell>? _children;
    private List<IWatcher>? _watchers;

    protected ActorCell(ActorSystem system, ActorCell? parent, SpawnOptions options)
        : base(system.Scheduler)
    {
        System = system;
        Parent = parent;
        _supervision = options.Supervision;
        Memory = options.RemembersMessages > 0 ? new MessageMemory(options.RemembersMessages) : null;
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
        Remember(reason);
        KernelLog.Condemned(System.Log, Path, reason.Message);
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
        _handling = handling.GetAwaiter();
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
                if (e is not (null or OperationCanceledException or FencedException) && e != _reason)
                {
                    KernelLog.StopFailed(System.Log, e, Path);
                }

                BeginStop();
                break;
            case Phase.Starting or Phase.Running when (e ?? _deferred) is { } failure:
                Fail(failure);
                break;
            case Phase.Starting:
                _phase = Phase.Running;
                break;
            case Phase.Restarting or Phase.Stopping:
                if (e is not (null or FencedException))
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
        // A source of one's own need not honour the context of whoever awaits it.
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
            _deferred = null;
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
            foreach (var child in children)
            {
                child.RequestStop();
            }
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
            Launch(); // not a call: an instance that never starts would fill the stack
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
}
