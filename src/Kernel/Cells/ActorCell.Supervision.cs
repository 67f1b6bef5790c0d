namespace MarketManager.Kernel;

/// <summary>What follows a failure. The strategy is the parent's, given when it spawned the actor; only escalation goes to the parent itself.</summary>
internal abstract partial class ActorCell
{
    private readonly SupervisorStrategy _supervision;
    private Exception? _suspendedBy;
    private bool _startFailed;
    private RestartWindow? _restarts;
    private TimeSpan _backoff;

    private void Fail(Exception e)
    {
        Remember(e);
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
        foreach (var child in _children ?? [])
        {
            child.Post(static cell => ((ActorCell)cell!).ResumeWithParent(), child);
        }
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
