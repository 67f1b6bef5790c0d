using System.Threading.Tasks.Sources;

namespace MarketManager.Cluster.Peers.Wire;

/// <summary>A place where an asker waits. Used again for the next one once the answer was taken.</summary>
internal sealed class PendingCall : IValueTaskSource<PeerReply>
{
    private const long Unknown = -1;

    private readonly PendingCalls _calls;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private ManualResetValueTaskSourceCore<PeerReply> _answer = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;
    private long _began;

    public PendingCall(PendingCalls calls, TimeProvider time, uint number)
    {
        _calls = calls;
        _time = time;
        Number = number;
        _timer = time.CreateTimer(
            static call => ((PendingCall)call!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Its place, as frames name it.</summary>
    public uint Number { get; }

    /// <summary>The request that waits.</summary>
    public PeerRequest Request { get; private set; } = null!;

    /// <summary>Where its frame begins in the stream; before all that was sent while that is not known.</summary>
    public long Position { get; set; }

    /// <summary>Guarded by <see cref="PendingCalls"/>: true until somebody has the right to complete it.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>To be awaited once.</summary>
    public ValueTask<PeerReply> Answer => new(this, _answer.Version);

    /// <summary>Begins to wait.</summary>
    public void Begin(PeerRequest request)
    {
        Request = request;
        IsWaiting = true;
        Position = Unknown;
        _began = _time.GetTimestamp();
        _timer.Change(request.Within, Timeout.InfiniteTimeSpan);
    }

    /// <summary>From now on the asker may give up; it may have done so already.</summary>
    public void Watch(CancellationToken cancellationToken) =>
        _cancellation = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var call = (PendingCall)state!;
                call._calls.GiveUp(call, token);
            },
            this);

    /// <summary>Answers. Only for who took it out of <see cref="PendingCalls"/>.</summary>
    public void Complete(PeerReply reply) => _answer.SetResult(reply);

    /// <summary>Fails. Only for who took it out of <see cref="PendingCalls"/>.</summary>
    public void Fail(Exception why) => _answer.SetException(why);

    /// <summary>Never waits again.</summary>
    public void End() => _timer.Dispose();

    /// <inheritdoc/>
    public PeerReply GetResult(short token)
    {
        // Waits for a callback under way: it must not meet the next call in this place.
        _cancellation.Dispose();
        _cancellation = default;
        try
        {
            return _answer.GetResult(token);
        }
        finally
        {
            _answer.Reset();
            _calls.Free(this);
        }
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _answer.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);

    // The timer is not stopped when an answer comes, only set anew by the next call: it may ring for nobody, or early.
    private void Expire()
    {
        if (_calls.TryTakeOverdue(this))
        {
            Complete(PeerReply.Without(PeerOutcome.Overdue, $"no answer within {Request.Within.TotalSeconds:0.###} s"));
        }
    }

    /// <summary>It rang early. Only under the lock of <see cref="PendingCalls"/>.</summary>
    public void RingAgain() => _timer.Change(Left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);

    /// <summary>How long it still waits.</summary>
    public TimeSpan Left => Request.Within - _time.GetElapsedTime(_began);
}
