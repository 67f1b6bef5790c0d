using FsCheck;
using FsCheck.Fluent;
using MarketManager.Venues.Limits;

namespace MarketManager.Venues.Tests.Limits;

public class BudgetWindowTests
{
    [Fact]
    public void Weight_that_fits_does_not_wait()
    {
        var window = new BudgetWindow(100);
        window.Add(At(0), 60);

        Assert.Equal(TimeSpan.Zero, window.WaitFor(At(0.5), 40));
    }

    [Fact]
    public void Weight_that_does_not_fit_waits_until_enough_has_left_the_window()
    {
        var window = new BudgetWindow(100);
        window.Add(At(0.25), 50);
        window.Add(At(10.75), 50);

        Assert.Equal(TimeSpan.FromSeconds(41), window.WaitFor(At(20), 50));
        Assert.Equal(TimeSpan.FromSeconds(51), window.WaitFor(At(20), 51));
        Assert.Equal(TimeSpan.Zero, window.WaitFor(At(61), 50));
        Assert.Equal(TimeSpan.Zero, window.WaitFor(At(71), 100));
    }

    [Fact]
    public void Weight_above_the_limit_never_fits()
    {
        Assert.Null(new BudgetWindow(100).WaitFor(At(0), 100.5));
    }

    [Fact]
    public void A_report_above_what_was_granted_counts_the_difference_to_others()
    {
        var window = new BudgetWindow(100);
        window.Add(At(1), 30);
        window.Correct(At(2), 70);

        Assert.Equal(70, window.Used(At(2)));
        Assert.Equal(40, window.Used(At(62)));
    }

    [Fact]
    public void A_report_below_what_was_granted_frees_nothing()
    {
        var window = new BudgetWindow(100);
        window.Add(At(1), 30);
        window.Correct(At(2), 4);

        Assert.Equal(30, window.Used(At(2)));
    }

    [Fact]
    public void No_sixty_seconds_ever_hold_more_than_the_limit()
    {
        const double Limit = 100;
        var requests = Gen.Choose(0, 20_000).Zip(Gen.Choose(1, 100)).ListOf(200).ToArbitrary();
        Prop.ForAll(requests, pauses =>
        {
            var window = new BudgetWindow(Limit);
            var granted = new List<(TimeSpan At, double Weight)>();
            var now = TimeSpan.Zero;
            foreach (var (pause, weight) in pauses)
            {
                now += TimeSpan.FromMilliseconds(pause % 3 == 0 ? 0 : pause);
                now += window.WaitFor(now, weight)!.Value;
                if (window.WaitFor(now, weight) != TimeSpan.Zero)
                {
                    return false; // a wait that has to be repeated would spin
                }

                window.Add(now, weight);
                granted.Add((now, weight));
            }

            return granted.All(end => granted
                .Where(other => other.At > end.At - TimeSpan.FromSeconds(60) && other.At <= end.At)
                .Sum(other => other.Weight) <= Limit);
        }).QuickCheckThrowOnFailure();
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
