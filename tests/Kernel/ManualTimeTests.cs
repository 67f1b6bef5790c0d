using MarketManager.TestKit;

namespace MarketManager.Kernel.Tests;

public sealed class ManualTimeTests
{
    [Fact]
    public void Timers_fire_in_order_each_at_its_time_also_those_begun_by_others()
    {
        var time = new ManualTime();
        var began = time.GetUtcNow();
        var fired = new List<(string, double)>();
        void Note(string name) => fired.Add((name, (time.GetUtcNow() - began).TotalSeconds));
        using var b = time.CreateTimer(_ => Note("b"), null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        ITimer? c = null;
        using var a = time.CreateTimer(
            _ =>
            {
                Note("a");
                c ??= time.CreateTimer(_ => Note("c"), null, TimeSpan.FromSeconds(0.5), Timeout.InfiniteTimeSpan);
            },
            null,
            TimeSpan.FromSeconds(1),
            TimeSpan.FromSeconds(2));
        time.Advance(TimeSpan.FromSeconds(3));
        c!.Dispose();
        Assert.Equal([("a", 1), ("c", 1.5), ("b", 2), ("a", 3)], fired);
    }

    [Fact]
    public void A_step_of_the_wall_clock_moves_no_timestamp()
    {
        var time = new ManualTime();
        var before = time.GetTimestamp();
        var target = time.GetUtcNow() - TimeSpan.FromHours(1);
        time.SetUtcNow(target);
        Assert.Equal(before, time.GetTimestamp());
        Assert.Equal(target, time.GetUtcNow());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(target + TimeSpan.FromSeconds(1), time.GetUtcNow());
    }
}
