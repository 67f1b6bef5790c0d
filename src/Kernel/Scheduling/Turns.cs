namespace MarketManager.Kernel;

/// <summary>Gives its owner one thread at a time: turns of a bounded number of steps, on the scheduler of the system.</summary>
/// <remarks>
/// It is the synchronization context of its own turns: what follows an <c>await</c> in a handler is posted here and runs in a
/// later step, never beside another. The control lane (continuations, signals of the kernel) goes first and also runs while
/// the owner does not accept messages. It is unbounded, and by nature small: each item answers something that was begun.
/// </remarks>
internal abstract class Turns(ActorScheduler scheduler) : SynchronizationContext, IThreadPoolWorkItem
{
    /// <summary>After so many steps other actors get the thread.</summary>
    private const int StepsPerTurn = 64;

    private const int Idle = 0;
    private const int Scheduled = 1;
    private const int Closed = 2; // not scheduled, and messages do not change that

    private readonly Mailbox<ControlItem> _control = new(int.MaxValue);
    private Queue<ControlItem>? _own; // the part of the control lane that was posted within a turn: needs no lock and no nodes
    private int _state = Closed;

    /// <summary>Whether messages may be handled now. Read and changed only within a turn.</summary>
    protected abstract bool IsAccepting { get; }

    /// <summary>Whether a message waits.</summary>
    protected abstract bool HasMessages { get; }

    /// <summary>Handles one message; false where none waits. Never throws.</summary>
    protected abstract bool HandleNext();

    /// <summary>A posted callback threw, such as an <c>async void</c> method.</summary>
    protected abstract void OnCallbackFailed(Exception e);

    /// <summary>True on the thread that runs the current turn.</summary>
    protected bool IsInTurn => Current == this;

    /// <summary>Asks for a turn because a message came.</summary>
    protected void Wake()
    {
        if (Volatile.Read(ref _state) == Idle && Interlocked.CompareExchange(ref _state, Scheduled, Idle) == Idle)
        {
            scheduler.Schedule(this);
        }
    }

    /// <summary>Runs a callback in a turn, before any message. From any thread.</summary>
    public sealed override void Post(SendOrPostCallback d, object? state)
    {
        var item = new ControlItem(d, state);
        if (IsInTurn)
        {
            (_own ??= new Queue<ControlItem>()).Enqueue(item);
            return;
        }

        _control.TryAdd(item);
        if (Interlocked.Exchange(ref _state, Scheduled) != Scheduled)
        {
            scheduler.Schedule(this);
        }
    }

    /// <summary>Not supported: nobody waits for an actor by blocking.</summary>
    public sealed override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("an actor's turn cannot be waited for by blocking");

    /// <inheritdoc/>
    public sealed override SynchronizationContext CreateCopy() => this;

    void IThreadPoolWorkItem.Execute()
    {
        var outer = Current;
        SetSynchronizationContext(this);
        var steps = 0;
        while (steps < StepsPerTurn && Step())
        {
            steps++;
        }

        SetSynchronizationContext(outer);
        if (steps == StepsPerTurn)
        {
            scheduler.Schedule(this);
            return;
        }

        // What came after the last look and before this exchange saw a scheduled owner and relies on the second look.
        var accepting = IsAccepting;
        var rest = accepting ? Idle : Closed;
        Interlocked.Exchange(ref _state, rest);
        if ((!_control.IsEmpty || (accepting && HasMessages))
            && Interlocked.CompareExchange(ref _state, Scheduled, rest) == rest)
        {
            scheduler.Schedule(this);
        }
    }

    private bool Step()
    {
        if (!_control.TryTake(out var item, out _) && (_own is null || !_own.TryDequeue(out item)))
        {
            return IsAccepting && HandleNext();
        }

        try
        {
            item.Callback(item.State);
        }
        catch (Exception e)
        {
            OnCallbackFailed(e);
        }

        return true;
    }

    private readonly record struct ControlItem(SendOrPostCallback Callback, object? State);
}
