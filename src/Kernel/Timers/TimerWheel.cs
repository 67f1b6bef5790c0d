using System.Numerics;

namespace MarketManager.Kernel;

/// <summary>Something that fires on a <see cref="TimerWheel"/>; a node of one of its lists.</summary>
internal abstract class WheelTimer
{
    /// <summary>When it fires, in <see cref="TimeSpan"/> ticks since the wheel began.</summary>
    internal long Due;

    /// <summary>Between two firings, in <see cref="TimeSpan"/> ticks; 0 fires once.</summary>
    internal long Period;

    internal WheelTimer? Previous;
    internal WheelTimer? Next;
    internal int Slot = NoSlot;
    internal const int NoSlot = -1;

    /// <summary>Set for good by <see cref="TimerWheel.Cancel"/>.</summary>
    internal bool IsCancelled;

    /// <summary>Called outside the wheel's lock, on the clock's thread: must be short. May still come just after a cancellation.</summary>
    internal abstract void Fire();
}

/// <summary>All timers of a system on one alarm: a hierarchical timing wheel of 1 ms (Varghese and Lauck, 1987).</summary>
/// <remarks>
/// Level n has 64 slots of 64^n ms. A timer lies on the level of the highest digit, base 64, in which its due time differs from
/// the wheel's; when the wheel enters a slot of a higher level, that slot's timers move down. Starting and cancelling are O(1),
/// the alarm is set only for the next occupied slot, and timers fire in order of due time, equal ones in order of start.
/// Time is the provider's monotonic clock: a step of the wall clock moves nothing.
/// </remarks>
internal sealed class TimerWheel : IDisposable
{
    private const int Bits = 6;
    private const int SlotsPerLevel = 1 << Bits;
    private const int Levels = 7; // 64^7 ms are 139 years

    private readonly Lock _gate = new();
    private readonly Lock _firing = new();
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly Alarm _alarm;
    private readonly ulong[] _occupied = new ulong[Levels];
    private readonly WheelTimer?[] _first = new WheelTimer?[Levels * SlotsPerLevel];
    private readonly WheelTimer?[] _last = new WheelTimer?[Levels * SlotsPerLevel];
    private readonly List<WheelTimer> _expired = [];
    private long _now; // in ms: everything before it has fired
    private long _wakeAt = long.MaxValue;

    public TimerWheel(TimeProvider time)
    {
        _time = time;
        _began = time.GetTimestamp();
        _alarm = Alarm.For(time, Advance);
    }

    private long Elapsed => _time.GetElapsedTime(_began).Ticks;

    /// <summary>Starts a new timer.</summary>
    /// <param name="timer">Was never started before.</param>
    /// <param name="delay">Until it fires; rounded up to a millisecond of the wheel.</param>
    /// <param name="period">Between further firings, on a grid that does not drift; null fires once. Firings that were missed are skipped.</param>
    public void Start(WheelTimer timer, TimeSpan delay, TimeSpan? period = null)
    {
        lock (_gate)
        {
            var elapsed = Elapsed;
            var now = elapsed / TimeSpan.TicksPerMillisecond;
            if (now > _now && now < NextOccupied().At)
            {
                _now = now; // after a rest, so that the timer lies no higher than it has to
            }

            timer.Due = elapsed + Math.Max(0, delay.Ticks);
            timer.Period = period?.Ticks ?? 0;
            Insert(timer);
            WakeFor(NextOccupied().At);
        }
    }

    /// <summary>Takes a timer off for good.</summary>
    public void Cancel(WheelTimer timer)
    {
        lock (_gate)
        {
            timer.IsCancelled = true;
            if (timer.Slot != WheelTimer.NoSlot)
            {
                Remove(timer);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _alarm.Dispose();

    private void Advance()
    {
        // One at a time: two wake-ups that overlap must not fire out of order.
        lock (_firing)
        {
            lock (_gate)
            {
                Collect(Elapsed);
                _wakeAt = long.MaxValue;
                WakeFor(NextOccupied().At);
            }

            foreach (var timer in _expired)
            {
                timer.Fire();
            }

            _expired.Clear();
        }
    }

    private void Collect(long elapsed)
    {
        var target = elapsed / TimeSpan.TicksPerMillisecond;
        for (var next = NextOccupied(); next.At <= target; next = NextOccupied())
        {
            _now = next.At;
            var timer = TakeAll(next.Slot);
            while (timer is not null)
            {
                var following = timer.Next;
                timer.Next = timer.Previous = null;
                timer.Slot = WheelTimer.NoSlot;
                if (next.Slot >= SlotsPerLevel)
                {
                    Insert(timer); // down to the level where it now belongs
                }
                else
                {
                    _expired.Add(timer);
                    Repeat(timer, elapsed);
                }

                timer = following;
            }
        }

        _now = Math.Max(_now, target);
    }

    private void Repeat(WheelTimer timer, long elapsed)
    {
        if (timer.Period > 0)
        {
            var missed = Math.Max(0, elapsed - timer.Due) / timer.Period;
            timer.Due += (missed + 1) * timer.Period;
            Insert(timer);
        }
    }

    private void Insert(WheelTimer timer)
    {
        var at = Math.Max(_now, (timer.Due + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond);
        var level = BitOperations.Log2((ulong)(at ^ _now) | 1) / Bits;
        var slot = (level * SlotsPerLevel) + (int)((at >> (level * Bits)) & (SlotsPerLevel - 1));
        timer.Slot = slot;
        timer.Previous = _last[slot];
        if (_last[slot] is { } last)
        {
            last.Next = timer;
        }
        else
        {
            _first[slot] = timer;
            _occupied[level] |= 1UL << (slot % SlotsPerLevel);
        }

        _last[slot] = timer;
    }

    private void Remove(WheelTimer timer)
    {
        var slot = timer.Slot;
        if (timer.Previous is { } previous)
        {
            previous.Next = timer.Next;
        }
        else
        {
            _first[slot] = timer.Next;
        }

        if (timer.Next is { } next)
        {
            next.Previous = timer.Previous;
        }
        else
        {
            _last[slot] = timer.Previous;
        }

        if (_first[slot] is null)
        {
            _occupied[slot / SlotsPerLevel] &= ~(1UL << (slot % SlotsPerLevel));
        }

        timer.Next = timer.Previous = null;
        timer.Slot = WheelTimer.NoSlot;
    }

    private WheelTimer? TakeAll(int slot)
    {
        var first = _first[slot];
        _first[slot] = _last[slot] = null;
        _occupied[slot / SlotsPerLevel] &= ~(1UL << (slot % SlotsPerLevel));
        return first;
    }

    /// <summary>The next slot that has timers, and the millisecond at which it begins. Lower levels always come first.</summary>
    private (int Slot, long At) NextOccupied()
    {
        for (var level = 0; level < Levels; level++)
        {
            if (_occupied[level] != 0)
            {
                var slot = BitOperations.TrailingZeroCount(_occupied[level]);
                var shift = level * Bits;
                return ((level * SlotsPerLevel) + slot, ((_now >> shift >> Bits << Bits) + slot) << shift);
            }
        }

        return (WheelTimer.NoSlot, long.MaxValue);
    }

    private void WakeFor(long at)
    {
        if (at < _wakeAt)
        {
            _wakeAt = at;
            var delay = (at * TimeSpan.TicksPerMillisecond) - Elapsed;
            _alarm.Set(TimeSpan.FromTicks(Math.Max(0, delay)));
        }
    }
}
