using MarketManager.TestKit;

namespace MarketManager.Simulation.Tests.Cluster;

/// <summary>
/// The clocks as one process has them: a monotonic one that counts from anywhere, and one on the wall that may be wrong. Timers come
/// as turns of the process: late where it is frozen, never where it is dead.
/// </summary>
internal sealed class ProcessClock(ManualTime truth, SeededScheduler turns, TimeSpan booted = default, TimeSpan wrong = default) : TimeProvider
{
    private TimeSpan _wrong = wrong;
    private bool _isDead;

    public override long TimestampFrequency => truth.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => truth.GetUtcNow() + _wrong;

    public override long GetTimestamp() => truth.GetTimestamp() + booted.Ticks;

    /// <summary>Steps the clock on the wall.</summary>
    public void Step(TimeSpan by) => _wrong += by;

    /// <summary>No timer fires any more.</summary>
    public void Die() => _isDead = true;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer? timer = null;
        timer = truth.CreateTimer(
            _ =>
            {
                if (_isDead)
                {
                    timer!.Dispose();
                }
                else
                {
                    turns.Post(() => callback(state));
                }
            },
            null,
            dueTime,
            period);
        return timer;
    }
}
