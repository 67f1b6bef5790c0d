namespace MarketManager.Kernel;

/// <summary>Rings once, after a delay that can be set anew: what wakes a <see cref="TimerWheel"/>.</summary>
internal abstract class Alarm : IDisposable
{
    /// <summary>The alarm that fits the clock.</summary>
    public static Alarm For(TimeProvider time, Action ring) =>
        time == TimeProvider.System ? new ThreadAlarm(time, ring) : new ProviderAlarm(time, ring);

    /// <summary>Rings after <paramref name="delay"/> and not at the time that was set before.</summary>
    public abstract void Set(TimeSpan delay);

    public abstract void Dispose();

    /// <summary>A timer of any clock.</summary>
    private sealed class ProviderAlarm : Alarm
    {
        private readonly ITimer _timer;

        public ProviderAlarm(TimeProvider time, Action ring) =>
            _timer = time.CreateTimer(static ring => ((Action)ring!)(), ring, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public override void Set(TimeSpan delay) => _timer.Change(delay, Timeout.InfiniteTimeSpan);

        public override void Dispose() => _timer.Dispose();
    }

    /// <summary>A thread that waits, for the system's clock.</summary>
    /// <remarks>
    /// The runtime's timers count in ticks of the kernel's coarse clock (4 ms on most Linux) and ring on the thread pool; a thread
    /// of its own is woken to the millisecond, and costs less. It sleeps while nothing is set.
    /// </remarks>
    private sealed class ThreadAlarm : Alarm
    {
        private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
        private readonly object _gate = new();
        private readonly TimeProvider _time;
        private readonly Action _ring;
        private readonly long _began;
        private TimeSpan _due = TimeSpan.MaxValue;
        private bool _isDisposed;

        public ThreadAlarm(TimeProvider time, Action ring)
        {
            _time = time;
            _ring = ring;
            _began = time.GetTimestamp();
            new Thread(Run) { IsBackground = true, Name = "kernel timers" }.UnsafeStart();
        }

        private TimeSpan Now => _time.GetElapsedTime(_began);

        public override void Set(TimeSpan delay)
        {
            lock (_gate)
            {
                _due = Now + delay;
                Monitor.Pulse(_gate);
            }
        }

        public override void Dispose()
        {
            lock (_gate)
            {
                _isDisposed = true;
                Monitor.Pulse(_gate);
            }
        }

        private void Run()
        {
            while (WaitUntilDue())
            {
                _ring();
            }
        }

        private bool WaitUntilDue()
        {
            lock (_gate)
            {
                while (!_isDisposed)
                {
                    if (_due == TimeSpan.MaxValue)
                    {
                        Monitor.Wait(_gate);
                    }
                    else if (_due - Now is { Ticks: > 0 } left)
                    {
                        var wait = left < LongestWait ? left : LongestWait;
                        Monitor.Wait(_gate, (int)Math.Ceiling(wait.TotalMilliseconds));
                    }
                    else
                    {
                        _due = TimeSpan.MaxValue;
                        return true;
                    }
                }

                return false;
            }
        }
    }
}
