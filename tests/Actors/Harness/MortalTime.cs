using System.Collections.Concurrent;

namespace MarketManager.Actors.Tests.Harness;

/// <summary>The clock as one process has it: when the process dies, its timers die with it.</summary>
internal sealed class MortalTime(TimeProvider clock) : TimeProvider
{
    private readonly ConcurrentBag<ITimer> _timers = [];

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = clock.CreateTimer(callback, state, dueTime, period);
        _timers.Add(timer);
        return timer;
    }

    public void Die()
    {
        foreach (var timer in _timers)
        {
            timer.Dispose();
        }
    }
}
