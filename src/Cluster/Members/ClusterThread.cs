namespace MarketManager.Cluster.Members;

/// <summary>
/// A thread of its own for a node's loop: everything that is awaited there goes on there, and so do the timers of
/// <see cref="Time"/>. A starved thread pool delays news and changes, but not the signs of life.
/// </summary>
public sealed class ClusterThread : SynchronizationContext
{
    private readonly object _gate = new();
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = new();
    private readonly List<LoopTimer> _timers = [];
    private readonly LoopTime _time;
    private bool _isEnding;

    /// <summary>Prepares a thread.</summary>
    /// <param name="time">What its clock shows.</param>
    public ClusterThread(TimeProvider time) => _time = new LoopTime(this, time);

    /// <summary>A clock whose timers fire on this thread.</summary>
    public TimeProvider Time => _time;

    /// <summary>Runs a loop on the thread; completes when the loop has ended.</summary>
    public Task Run(Func<Task> loop)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(_ => _ = Finish(loop, ended), null);
        new Thread(Pump) { Name = "cluster", IsBackground = true, Priority = ThreadPriority.AboveNormal }.Start();
        return ended.Task;
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_gate)
        {
            if (!_isEnding)
            {
                _posted.Enqueue((d, state));
                Monitor.Pulse(_gate);
                return;
            }
        }

        // What is left over from a loop that has ended disturbs nobody.
        ThreadPool.QueueUserWorkItem(static it => it.d(it.state), (d, state), preferLocal: false);
    }

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("nobody waits for the cluster's thread");

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;

    private async Task Finish(Func<Task> loop, TaskCompletionSource ended)
    {
        try
        {
            await loop();
            ended.SetResult();
        }
        catch (Exception failure)
        {
            ended.SetException(failure);
        }
        finally
        {
            lock (_gate)
            {
                _isEnding = true;
                Monitor.Pulse(_gate);
            }
        }
    }

    private void Pump()
    {
        SetSynchronizationContext(this);
        while (Next() is { } next)
        {
            next.Callback(next.State);
        }
    }

    private (SendOrPostCallback Callback, object? State)? Next()
    {
        lock (_gate)
        {
            while (true)
            {
                if (_posted.TryDequeue(out var posted))
                {
                    return posted;
                }

                if (_isEnding)
                {
                    return null;
                }

                var first = _timers.MinBy(timer => timer.Due);
                var wait = first is null ? Timeout.InfiniteTimeSpan : first.Due - _time.Elapsed;
                if (first is not null && wait <= TimeSpan.Zero)
                {
                    first.Next();
                    return (static timer => ((LoopTimer)timer!).Fire(), first);
                }

                Monitor.Wait(_gate, first is null ? -1 : (int)Math.Min(Math.Ceiling(wait.TotalMilliseconds), 60_000));
            }
        }
    }

    private sealed class LoopTime(ClusterThread thread, TimeProvider time) : TimeProvider
    {
        private readonly long _start = time.GetTimestamp();

        public TimeSpan Elapsed => time.GetElapsedTime(_start);

        public override long TimestampFrequency => time.TimestampFrequency;

        public override long GetTimestamp() => time.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new LoopTimer(thread, callback, state);
            timer.Change(dueTime, period);
            return timer;
        }
    }

    private sealed class LoopTimer(ClusterThread thread, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public TimeSpan Due { get; private set; }

        public void Fire() => callback(state);

        /// <summary>It is about to fire: what comes after that.</summary>
        public void Next()
        {
            if (_period > TimeSpan.Zero)
            {
                Due += _period;
            }
            else
            {
                thread._timers.Remove(this);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (thread._gate)
            {
                thread._timers.Remove(this);
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = thread._time.Elapsed + dueTime;
                    thread._timers.Add(this);
                    Monitor.Pulse(thread._gate);
                }

                return true;
            }
        }

        public void Dispose()
        {
            lock (thread._gate)
            {
                thread._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
