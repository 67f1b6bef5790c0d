using System.Runtime.ExceptionServices;

namespace MarketManager.Kernel;

/// <summary>What one instance of an actor holds outside itself, and what therefore ends with it: timers, watches, piped work.</summary>
/// <remarks>Its messages that are still on their way when it ends are dropped: the next instance did not ask for them.</remarks>
internal sealed class Life<TMessage>(ActorCell<TMessage> cell)
{
    private CancellationTokenSource? _stopping;
    private HashSet<Watch>? _watches;
    private Timers<TMessage>? _timers;
    private bool _ended;

    public CancellationToken Stopping => (_stopping ??= new CancellationTokenSource()).Token;

    public Timers<TMessage> Timers => _timers ??= new Timers<TMessage>(this, cell);

    public void AddWatch(ActorRef target, Func<Terminated, TMessage> message)
    {
        ThrowIfEnded();
        var watch = new Watch(this, cell, target, message);
        (_watches ??= []).Add(watch);
        target.AddWatcher(watch);
    }

    public void Pipe<T>(Func<CancellationToken, Task<T>> work, Func<T, TMessage> success, Func<Exception, TMessage> failure) =>
        cell.System.Scheduler.Schedule(new PipedWork<T>(this, cell, work, success, failure, Stopping));

    public void CancelWork()
    {
        try
        {
            _stopping?.Cancel();
        }
        catch (AggregateException e)
        {
            KernelLog.StopFailed(cell.System.Log, e, cell.Ref.Path); // a callback that user code registered
        }
    }

    public void End()
    {
        CancelWork();
        _ended = true;
        _timers?.CancelAll();
        foreach (var watch in _watches ?? [])
        {
            watch.Target.RemoveWatcher(watch);
        }
    }

    public void ThrowIfEnded()
    {
        if (_ended)
        {
            throw new InvalidOperationException($"{cell.Ref.Path} is ending; nothing new can belong to it");
        }
    }

    private sealed class Watch(Life<TMessage> life, ActorCell<TMessage> watcher, ActorRef target, Func<Terminated, TMessage> message)
        : IWatcher, IDelivery
    {
        public ActorRef Target => target;

        // Behind whatever the one that ended said before: its last words come before the news of its end.
        public void OnTerminated(Terminated news) => watcher.TellInOrder(message(news), this);

        public bool IsStillWanted() => life._watches!.Remove(this) && !life._ended;

        public void Failed(Exception reason)
        {
        }
    }

    private sealed class PipedWork<T>(
        Life<TMessage> life,
        ActorCell<TMessage> receiver,
        Func<CancellationToken, Task<T>> work,
        Func<T, TMessage> success,
        Func<Exception, TMessage> failure,
        CancellationToken stopping) : IThreadPoolWorkItem, IDelivery
    {
        public void Execute() => _ = Run();

        public bool IsStillWanted() => !life._ended;

        public void Failed(Exception reason)
        {
        }

        private async Task Run()
        {
            try
            {
                receiver.TellUrgent(await Outcome(), this);
            }
            catch (Exception e)
            {
                // Not even the failure could be put into a message; without one the actor would wait for ever.
                receiver.Post(static failure => ((ExceptionDispatchInfo)failure!).Throw(), ExceptionDispatchInfo.Capture(e));
            }
        }

        private async Task<TMessage> Outcome()
        {
            try
            {
                return success(await work(stopping));
            }
            catch (Exception e)
            {
                return failure(e);
            }
        }
    }
}
