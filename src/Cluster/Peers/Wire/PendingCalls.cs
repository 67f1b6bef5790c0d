namespace MarketManager.Cluster.Peers.Wire;

/// <summary>Those that wait for answers on one connection. Whoever takes a call out completes it; nobody else does.</summary>
/// <param name="time">For deadlines.</param>
/// <param name="capacity">How many may wait; the next one is not taken.</param>
/// <param name="giveUp">Called when an asker gives up; the call may be taken already.</param>
internal sealed class PendingCalls(TimeProvider time, int capacity, Action<PendingCall, CancellationToken> giveUp)
{
    private readonly Lock _gate = new();
    private readonly List<PendingCall> _all = [];
    private readonly Stack<PendingCall> _free = [];
    private int _waiting;
    private bool _isClosed;

    /// <summary>Begins a call; null where there are too many, or the connection is closed.</summary>
    public PendingCall? TryBegin(PeerRequest request)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return null;
            }

            if (!_free.TryPop(out var call))
            {
                if (_all.Count == capacity)
                {
                    return null;
                }

                _all.Add(call = new PendingCall(this, time, (uint)_all.Count));
            }

            _waiting++;
            call.Begin(request);
            return call;
        }
    }

    /// <summary>An asker gave up.</summary>
    public void GiveUp(PendingCall call, CancellationToken cancellationToken) => giveUp(call, cancellationToken);

    /// <summary>Takes the call that an answer is for; null where nobody waits for it any more.</summary>
    public PendingCall? TryTake(uint number, Guid request)
    {
        lock (_gate)
        {
            return number < _all.Count && _all[(int)number] is var call && call.IsWaiting && call.Request.Id == request
                ? Taken(call)
                : null;
        }
    }

    /// <summary>Takes a call; false where somebody else did.</summary>
    public bool TryTake(PendingCall call)
    {
        lock (_gate)
        {
            return call.IsWaiting && Taken(call) is not null;
        }
    }

    /// <summary>Takes a call whose time is over; one that still has some rings again.</summary>
    public bool TryTakeOverdue(PendingCall call)
    {
        lock (_gate)
        {
            if (call.IsWaiting && call.Left > TimeSpan.Zero)
            {
                call.RingAgain(); // here, where no other call can begin in its place meanwhile
                return false;
            }

            return call.IsWaiting && Taken(call) is not null;
        }
    }

    /// <summary>Begins no more calls, and takes all that wait.</summary>
    public IReadOnlyList<PendingCall> Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            return [.. _all.Where(call => call.IsWaiting).Select(Taken)];
        }
    }

    /// <summary>Begins no more calls, unless some wait.</summary>
    /// <returns>Whether it closed.</returns>
    public bool TryCloseIdle()
    {
        lock (_gate)
        {
            return _isClosed = _isClosed || _waiting == 0;
        }
    }

    /// <summary>Ends the timers; nobody waits any more.</summary>
    public void End()
    {
        lock (_gate)
        {
            _all.ForEach(call => call.End());
        }
    }

    /// <summary>Gives a call's place to the next one.</summary>
    public void Free(PendingCall call)
    {
        lock (_gate)
        {
            _free.Push(call);
        }
    }

    private PendingCall Taken(PendingCall call)
    {
        call.IsWaiting = false;
        _waiting--;
        return call;
    }
}
