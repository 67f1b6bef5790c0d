using System.Threading.Tasks.Sources;

namespace MarketManager.Kernel;

/// <summary>Where the reply to one ask goes. The first of reply, failure, timeout and cancellation wins; the others are ignored.</summary>
/// <remarks>
/// It is itself what the asker awaits. The asker goes on through the system's scheduler and never inside the replier's turn.
/// </remarks>
public sealed class ReplyTo<TReply> : IValueTaskSource<TReply>, IThreadPoolWorkItem, IDelivery
{
    private readonly ActorSystem _system;
    private ManualResetValueTaskSourceCore<TReply> _source;
    private CancellationTokenRegistration _cancellation;
    private Deadline? _deadline;
    private int _settled;
    private TReply? _reply;
    private Exception? _failure;

    internal ReplyTo(ActorSystem system) => _system = system;

    /// <summary>True once the ask has ended, however it did: whatever is sent now reaches nobody.</summary>
    public bool IsSettled => Volatile.Read(ref _settled) != 0;

    internal ValueTask<TReply> Task => new(this, _source.Version);

    /// <summary>Answers the asker.</summary>
    public void Send(TReply reply)
    {
        if (Interlocked.Exchange(ref _settled, 1) == 0)
        {
            _reply = reply;
            Settled();
        }
    }

    /// <summary>Makes the ask throw <paramref name="e"/>.</summary>
    public void Fail(Exception e)
    {
        if (Interlocked.Exchange(ref _settled, 1) == 0)
        {
            _failure = e;
            Settled();
        }
    }

    internal void EndAfter(TimeSpan timeout, string path, CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(
                static (reply, token) => ((ReplyTo<TReply>)reply!).Fail(new OperationCanceledException(token)), this);
        }

        if (timeout != Timeout.InfiniteTimeSpan)
        {
            _deadline = new Deadline(this, path, timeout);
            _system.Wheel.Start(_deadline, timeout);
        }
    }

    private void Settled()
    {
        if (_deadline is { } deadline)
        {
            _system.Wheel.Cancel(deadline);
        }

        _cancellation.Unregister();
        _system.Scheduler.Schedule(this);
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_failure is { } failure)
        {
            _source.SetException(failure);
        }
        else
        {
            _source.SetResult(_reply!);
        }
    }

    bool IDelivery.IsStillWanted() => true; // A command is to be carried out even if its asker has given up.

    void IDelivery.Failed(Exception reason) => Fail(reason);

    TReply IValueTaskSource<TReply>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<TReply>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<TReply>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private sealed class Deadline(ReplyTo<TReply> reply, string path, TimeSpan timeout) : WheelTimer
    {
        internal override void Fire() => reply.Fail(new AskTimeoutException(path, timeout));
    }
}
