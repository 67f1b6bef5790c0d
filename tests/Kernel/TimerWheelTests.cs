using FsCheck;
using FsCheck.Fluent;
using MarketManager.TestKit;

namespace MarketManager.Kernel.Tests;

public sealed class TimerWheelTests
{
    private sealed class Recorded(string name, ManualTime time, List<(string Name, long At)> fired) : WheelTimer
    {
        internal override void Fire() => fired.Add((name, time.GetTimestamp() / TimeSpan.TicksPerMillisecond));
    }

    private static TimeSpan Ms(long value) => TimeSpan.FromMilliseconds(value);

    [Fact]
    public void Timers_fire_in_order_of_due_time_each_at_its_time()
    {
        // Delays over several levels of the wheel, begun at several times.
        var delays = Gen.OneOf(Gen.Choose(0, 70), Gen.Choose(0, 5000), Gen.Choose(0, 300_000), Gen.Choose(0, 20_000_000));
        var starts = Gen.Choose(0, 2000);
        Prop.ForAll(
            delays.SelectMany(_ => starts, (delay, after) => (delay, after)).ListOf().ToArbitrary(),
            timers =>
            {
                var time = new ManualTime();
                using var wheel = new TimerWheel(time);
                var fired = new List<(string Name, long At)>();
                var expected = new List<(string Name, long At)>();
                long now = 0;
                foreach (var (delay, after) in timers)
                {
                    time.Advance(Ms(after));
                    now += after;
                    var name = $"{expected.Count}";
                    expected.Add((name, now + delay));
                    wheel.Start(new Recorded(name, time, fired), Ms(delay));
                }

                time.Advance(Ms(20_000_001));
                return fired.SequenceEqual(expected.OrderBy(timer => timer.At)); // stable: equal ones in order of start
            }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Cancelled_timers_do_not_fire_and_others_are_not_touched()
    {
        var delay = Gen.Choose(1, 10_000);
        Prop.ForAll(
            delay.SelectMany(_ => Gen.Elements(true, false), (ms, cancel) => (ms, cancel)).ListOf().ToArbitrary(),
            timers =>
            {
                var time = new ManualTime();
                using var wheel = new TimerWheel(time);
                var fired = new List<(string Name, long At)>();
                var all = timers.Select((t, i) => (t.ms, t.cancel, Timer: new Recorded($"{i}", time, fired))).ToList();
                foreach (var (ms, _, timer) in all)
                {
                    wheel.Start(timer, Ms(ms));
                }

                foreach (var (_, _, timer) in all.Where(t => t.cancel))
                {
                    wheel.Cancel(timer);
                }

                time.Advance(Ms(10_000));
                var expected = timers.Select((t, i) => (t.ms, t.cancel, Name: $"{i}")).Where(t => !t.cancel).OrderBy(t => t.ms);
                return fired.Select(f => f.Name).SequenceEqual(expected.Select(t => t.Name)) && time.UntilNextTimer is null;
            }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_wheel_that_was_late_fires_a_periodic_timer_once_and_stays_on_its_grid()
    {
        var time = new LateTime();
        using var wheel = new TimerWheel(time);
        var fired = new List<(string Name, long At)>();
        wheel.Start(new Recorded("tick", time.Inner, fired), Ms(100), Ms(100));

        time.Inner.Advance(Ms(100));
        time.IsAsleep = true;
        time.Inner.Advance(Ms(350));
        time.IsAsleep = false;
        time.Wake();
        time.Inner.Advance(Ms(100));
        Assert.Equal([("tick", 100L), ("tick", 450L), ("tick", 500L)], fired);
    }

    [Fact]
    public void Delays_are_rounded_up_to_a_millisecond()
    {
        var time = new ManualTime();
        using var wheel = new TimerWheel(time);
        var fired = new List<(string Name, long At)>();
        wheel.Start(new Recorded("a", time, fired), TimeSpan.FromMicroseconds(1200));
        time.Advance(TimeSpan.FromMicroseconds(1999));
        Assert.Empty(fired);
        time.Advance(TimeSpan.FromMicroseconds(1));
        Assert.Equal([("a", 2L)], fired);
    }

    [Fact]
    public void A_timer_begun_after_a_long_rest_fires_at_its_time()
    {
        var time = new ManualTime();
        using var wheel = new TimerWheel(time);
        var fired = new List<(string Name, long At)>();
        time.Advance(TimeSpan.FromDays(400));
        wheel.Start(new Recorded("a", time, fired), Ms(5));
        time.Advance(Ms(5));
        Assert.Equal([("a", (long)TimeSpan.FromDays(400).TotalMilliseconds + 5)], fired);
    }

    /// <summary>A clock whose timers can oversleep.</summary>
    private sealed class LateTime : TimeProvider
    {
        private Action? _ring;

        public ManualTime Inner { get; } = new();

        public bool IsAsleep { get; set; }

        public override long TimestampFrequency => Inner.TimestampFrequency;

        public override long GetTimestamp() => Inner.GetTimestamp();

        public void Wake() => _ring!();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _ring = () =>
            {
                if (!IsAsleep)
                {
                    callback(state);
                }
            };
            return Inner.CreateTimer(_ => _ring(), null, dueTime, period);
        }
    }
}
