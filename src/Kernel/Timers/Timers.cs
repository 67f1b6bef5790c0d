namespace MarketManager.Kernel;

/// <summary>The timers of one actor, by key. They arrive as messages before those of the mailbox, and die with the actor or its restart.</summary>
/// <remarks>
/// Starting a key again replaces its timer. Once cancelled or replaced, a timer's message never arrives, even if it already
/// waits. A periodic timer has at most one message waiting. For use in the actor's own turns only.
/// </remarks>
public sealed class Timers<TMessage>
{
    private readonly Life<TMessage> _life;
    private readonly ActorCell<TMessage> _cell;
    private readonly Dictionary<object, Timer> _timers = [];

    internal Timers(Life<TMessage> life, ActorCell<TMessage> cell)
    {
        _life = life;
        _cell = cell;
    }

    /// <summary>Sends <paramref name="message"/> once, after <paramref name="delay"/> (rounded up to 1 ms).</summary>
    public void Start(object key, TMessage message, TimeSpan delay) => Add(key, message, delay, null);

    /// <summary>Sends <paramref name="message"/> after <paramref name="initial"/> and then at every <paramref name="interval"/>, without drift.</summary>
    /// <remarks>Firings that were missed, because the process stood still, are made up for by one.</remarks>
    public void StartPeriodic(object key, TMessage message, TimeSpan initial, TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        Add(key, message, initial, interval);
    }

    /// <summary>Ends a timer; nothing happens where there is none.</summary>
    public void Cancel(object key)
    {
        if (_timers.Remove(key, out var timer))
        {
            _cell.System.Wheel.Cancel(timer);
        }
    }

    /// <summary>Whether a timer of this key will still send a message.</summary>
    public bool IsActive(object key) => _timers.ContainsKey(key);

    internal void CancelAll()
    {
        foreach (var timer in _timers.Values)
        {
            _cell.System.Wheel.Cancel(timer);
        }

        _timers.Clear();
    }

    private void Add(object key, TMessage message, TimeSpan delay, TimeSpan? interval)
    {
        _life.ThrowIfEnded();
        Cancel(key);
        var timer = new Timer(this, key, message);
        _timers.Add(key, timer);
        _cell.System.Wheel.Start(timer, delay, interval);
    }

    private sealed class Timer(Timers<TMessage> owner, object key, TMessage message) : WheelTimer, IDelivery
    {
        private bool _isWaiting;

        public bool IsStillWanted()
        {
            Volatile.Write(ref _isWaiting, false);
            if (IsCancelled)
            {
                return false;
            }

            if (Period == 0)
            {
                owner._timers.Remove(key);
            }

            return true;
        }

        public void Failed(Exception reason)
        {
        }

        internal override void Fire()
        {
            if (!Interlocked.Exchange(ref _isWaiting, true))
            {
                owner._cell.TellUrgent(message, this);
            }
        }
    }
}
