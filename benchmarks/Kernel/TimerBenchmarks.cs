using System.Collections.Concurrent;
using System.Globalization;
using MarketManager.Kernel;

namespace MarketManager.Benchmarks.Kernel;

/// <summary>Ten thousand actors that are woken every second, and a system where nothing happens.</summary>
internal static class TimerBenchmarks
{
    private const int Actors = 10_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static async Task Run(Report report)
    {
        await using var system = KernelBenchmarks.NewSystem();
        var latenesses = new ConcurrentBag<double>();
        var isMeasuring = new StrongBox<bool>();
        for (var i = 0; i < Actors; i++)
        {
            system.Spawn(i.ToString(CultureInfo.InvariantCulture), () => new Ticker(latenesses, isMeasuring));
        }

        await Task.Delay(TimeSpan.FromSeconds(3), system.World.Time);
        var m = await Measure.Once(async () =>
        {
            isMeasuring.Value = true;
            await Task.Delay(TimeSpan.FromSeconds(8), system.World.Time);
            isMeasuring.Value = false;
        });
        var sorted = latenesses.Order().ToArray();
        report.AtLeast("10,000 timers of 1 s, firings", sorted.Length / m.Seconds, Actors * 0.99, "/s");
        report.Below("10,000 timers of 1 s, lateness p50", sorted[sorted.Length / 2], 1.5, "ms");
        report.Below("10,000 timers of 1 s, lateness p99", sorted[sorted.Length * 99 / 100], 4, "ms");
        report.Below("10,000 timers of 1 s, of a core", m.CpuSeconds / m.Seconds * 100, 8, "%");
    }

    public static async Task Idle(Report report)
    {
        await using var system = KernelBenchmarks.NewSystem();
        for (var i = 0; i < 1000; i++)
        {
            system.Spawn(i.ToString(CultureInfo.InvariantCulture), static () => new Counter());
        }

        await Task.Delay(TimeSpan.FromSeconds(1), system.World.Time);
        var m = await Measure.Once(() => Task.Delay(TimeSpan.FromSeconds(5), system.World.Time));
        report.Below("idle, of a core", m.CpuSeconds / m.Seconds * 100, 1, "%");
    }

    private sealed class StrongBox<T>
    {
        public T? Value { get; set; }
    }

    private sealed class Ticker(ConcurrentBag<double> latenesses, StrongBox<bool> isMeasuring) : Actor<int>
    {
        private long _began;
        private TimeSpan _due;

        protected override ValueTask OnStart()
        {
            // Spread over the interval, as timers of a real system are.
            _due = Context.World.NextDuration(Interval);
            _began = Context.World.Time.GetTimestamp();
            Context.Timers.StartPeriodic("tick", 0, _due, Interval);
            return default;
        }

        protected override ValueTask OnMessage(int message)
        {
            var late = Context.World.Time.GetElapsedTime(_began) - _due;
            _due += Interval;
            if (isMeasuring.Value)
            {
                latenesses.Add(late.TotalMilliseconds);
            }

            return default;
        }
    }
}
