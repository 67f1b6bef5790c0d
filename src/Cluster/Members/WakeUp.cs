namespace MarketManager.Cluster.Members;

/// <summary>What the one who waits is woken by. Calls while it does not wait are remembered as one.</summary>
internal sealed class WakeUp(TimeProvider time)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _sleeper;
    private bool _called;

    /// <summary>Wakes; from any thread.</summary>
    public void Call()
    {
        TaskCompletionSource? sleeper;
        lock (_gate)
        {
            _called = true;
            sleeper = _sleeper;
        }

        sleeper?.TrySetResult();
    }

    /// <summary>Waits for a call, or for so long.</summary>
    public async Task Wait(TimeSpan atMost)
    {
        // No continuations elsewhere: in a simulation all must stay on its scheduler.
        var sleeper = new TaskCompletionSource();
        lock (_gate)
        {
            if (_called)
            {
                _called = false;
                return;
            }

            _sleeper = sleeper;
        }

        using (time.CreateTimer(static it => ((TaskCompletionSource)it!).TrySetResult(), sleeper, atMost, Timeout.InfiniteTimeSpan))
        {
            await sleeper.Task;
        }

        lock (_gate)
        {
            _sleeper = null;
            _called = false;
        }
    }
}
