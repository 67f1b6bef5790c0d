using MarketManager.Actors.Runs;
using MarketManager.Actors.Tests.Exchanges;
using Xunit;

namespace MarketManager.Actors.Tests.Runs;

/// <summary>Somebody sets the clock. Timers run on the monotonic one, so starts come as if nothing had happened.</summary>
public sealed class RunningActorClockTests : ExchangeTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void Clock_set_forward_starts_nothing_before_its_time_and_nothing_twice()
    {
        var ids = Enumerable.Range(0, 10).Select(i => CreateAfter(i, "x")).ToList();
        Node.Advance(1);
        Assert.Equal(10, Store.Tables.Runs.Count);
        Node.StepClock(Hour);
        Node.Advance(49);
        Assert.Equal(10, Store.Tables.Runs.Count);
        Node.Advance(11);
        Assert.All(ids, id => Assert.Equal(2, Store.RunsOf(id).Count));
        Assert.All(ids, id => Assert.Equal(1L, LastRun(id).CoversFrom));
        Node.Advance(600);
        Assert.All(ids, id => Assert.Equal(12, Store.RunsOf(id).Count));
    }

    [Fact]
    public void Clock_set_back_leaves_the_pace_of_runs_as_it_is()
    {
        var id = Create(interval: 10);
        Node.Advance(1);
        Node.StepClock(-Hour);
        Node.Advance(10);
        Assert.Equal(2, Store.RunsOf(id).Count);
        Node.Advance(600);
        Assert.InRange(Store.RunsOf(id).Count, 61, 62);
        Node.Advance(3600);
        Assert.InRange(Store.RunsOf(id).Count, 420, 422);
        Assert.InRange(Assert.IsType<DateTimeOffset>(Get(id).Status.NextRun) - Node.Now, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Runs_after_a_clock_was_set_back_still_sort_by_their_ids()
    {
        var id = Create(interval: 10);
        Node.Advance(1);
        Node.StepClock(-Hour);
        Node.Advance(200);
        var runs = Store.RunsOf(id);
        Assert.InRange(runs.Count, 20, 22);
        Assert.Equal(runs.OrderBy(run => run.RunId.ToString(), StringComparer.Ordinal).Select(run => run.Number), runs.Select(run => run.Number));
        Assert.All(runs.Zip(runs.Skip(1)), pair => Assert.True(pair.Second.Started >= pair.First.Ended && pair.Second.Started > pair.First.Started));
    }

    [Fact]
    public void Clock_set_back_during_a_run_does_not_hold_up_the_next()
    {
        var (id, pass) = CreateRunning(interval: 10);
        Node.StepClock(-Hour);
        Node.Advance(3);
        pass.Succeed();
        Node.Advance(11);
        Assert.Equal([RunState.Succeeded, RunState.Succeeded], Store.RunsOf(id).Select(run => run.State));
        Assert.True(LastRun(id).Started >= Store.RunsOf(id)[0].Ended);
    }

    [Fact]
    public void Clock_that_was_ahead_when_the_process_died_does_not_hold_up_the_recovery()
    {
        var (id, _) = CreateRunning(interval: 10);
        Node.Kill();
        Node.StepClock(-Hour);
        Node.Start();
        Node.Advance(2);
        Assert.Equal((RunTrigger.Recovery, RunState.Succeeded), (LastRun(id).Trigger, LastRun(id).State));
        Node.Advance(11);
        Assert.Equal(3, Store.RunsOf(id).Count);
    }

    [Fact]
    public void Clock_that_was_ahead_while_the_process_was_down_does_not_hold_up_the_interval()
    {
        var id = Create(interval: 10);
        Node.Advance(1);
        Node.Kill();
        Node.StepClock(-Hour);
        Node.Start();
        Node.Advance(11);
        Assert.Equal(2, Store.RunsOf(id).Count);
    }

    [Fact]
    public void Stale_is_measured_by_the_monotonic_clock()
    {
        var (id, _) = CreateRunning();
        Node.StepClock(Hour);
        Node.Advance(119);
        Assert.Equal(RunState.Running, LastRun(id).State);
        Node.StepClock(-Hour - Hour);
        Node.Advance(1);
        Assert.Equal(RunState.Stale, LastRun(id).State);
    }

    private long CreateAfter(int seconds, string name)
    {
        Node.Advance(seconds == 0 ? 0 : 1);
        return Create($"{name}{seconds}");
    }
}
