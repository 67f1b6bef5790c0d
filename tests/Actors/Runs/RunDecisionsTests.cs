using MarketManager.Actors.Runs;
using Xunit;

namespace MarketManager.Actors.Tests.Runs;

/// <summary>When runs begin: the contract's "When runs start", sentence by sentence.</summary>
public class RunDecisionsTests
{
    private static readonly DateTimeOffset T0 = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static DateTimeOffset At(double seconds) => T0.AddSeconds(seconds);

    [Fact]
    public void First_run_is_due_at_once()
    {
        var life = Enabled(10);
        Assert.Equal(new NextStart(RunTrigger.Interval, T0, 1, 0), Next(life));
    }

    [Fact]
    public void Starts_lie_on_anchor_plus_n_intervals_and_do_not_drift()
    {
        var life = Enabled(10);
        for (var n = 0; n < 100; n++)
        {
            var next = Next(life)!;
            Assert.Equal(At(10 * n), next.Due);
            life = RunFor(life, startedLate: 0.2, seconds: 3);
        }
    }

    [Fact]
    public void Run_that_outlasts_its_interval_skips_the_starts_it_covers()
    {
        var life = RunFor(Enabled(10), startedLate: 0, seconds: 25);
        var next = Next(life)!;
        Assert.Equal((At(30), 3L), (next.Due, next.Slot));

        var started = RunDecisions.Start(life, next, Context(At(30)))!;
        Assert.Equal((3L, 1L), (started.Slot, started.CoversFrom));
    }

    [Fact]
    public void Nothing_is_due_while_a_run_is_going()
    {
        var life = Start(Enabled(10), At(0));
        Assert.Null(Next(life));
        Assert.Null(RunDecisions.Start(life, new NextStart(RunTrigger.Interval, At(10), 1, 1), Context(At(10))));
    }

    [Fact]
    public void Missed_starts_happen_once()
    {
        var life = RunFor(Enabled(10), startedLate: 0, seconds: 1);
        var next = Next(life)!;
        var started = RunDecisions.Start(life, next, Context(At(3605)))!;
        Assert.Equal((360L, 1L, At(3600)), (started.Slot, started.CoversFrom, started.Due));

        life = End(life.Apply(started), RunState.Succeeded, At(3606));
        Assert.Equal(At(3610), Next(life)!.Due);
    }

    [Fact]
    public void Run_on_demand_does_not_move_the_anchor()
    {
        var life = RunFor(Enabled(10), startedLate: 0, seconds: 1);
        var demand = Assert.Single(RunDecisions.StartOnDemand(life, Context(At(4))).Events);
        life = End(life.Apply((RunEvent)demand), RunState.Succeeded, At(6));
        Assert.Equal(At(10), Next(life)!.Due);
    }

    [Fact]
    public void Run_on_demand_while_one_is_going_is_rejected_with_its_id()
    {
        var life = Start(Enabled(10), At(0));
        var why = RunDecisions.StartOnDemand(life, Context(At(1))).Why;
        Assert.Equal((RejectionKind.AlreadyRunning, life.Running!.RunId), (why!.Kind, why.RunId!.Value));
    }

    [Fact]
    public void New_interval_counts_from_the_last_start()
    {
        var life = RunFor(Enabled(60), startedLate: 0, seconds: 1);
        life = life.Apply(RunDecisions.ChangeInterval(life, TimeSpan.FromSeconds(20), At(5)));
        Assert.Equal(At(20), Next(life)!.Due);
    }

    [Fact]
    public void New_interval_names_the_slots_that_it_cuts_off()
    {
        var life = RunFor(Enabled(10), startedLate: 0, seconds: 1);
        var set = RunDecisions.ChangeInterval(life, TimeSpan.FromSeconds(20), At(35));
        Assert.Equal(new SlotRange(1, 3), set.Cut);
    }

    [Fact]
    public void Enabling_begins_a_new_generation_that_is_due_at_once()
    {
        var life = RunFor(Enabled(10), startedLate: 0, seconds: 1);
        life = life.Apply(RunDecisions.Disable(life, At(12)));
        Assert.Null(Next(life));
        life = life.Apply(RunDecisions.Enable(life, TimeSpan.FromSeconds(10), At(50)));
        Assert.Equal(new NextStart(RunTrigger.Interval, At(50), 2, 0), Next(life));
    }

    [Theory]
    [InlineData(60, new[] { 120, 240, 480, 900, 900 })]
    [InlineData(600, new[] { 900, 900 })]
    [InlineData(1000, new[] { 1000, 1000 })]
    public void Interval_is_stretched_from_the_third_failure_on(int interval, int[] expected)
    {
        var life = Enabled(interval);
        for (var i = 0; i < 2; i++)
        {
            life = Fail(life);
            Assert.Equal(interval, Gap(life).TotalSeconds);
        }

        foreach (var stretched in expected)
        {
            life = Fail(life);

            // Starts stay on slots: the stretched interval is rounded down to whole intervals.
            Assert.Equal(stretched / interval * interval, Gap(life).TotalSeconds);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(900)]
    [InlineData(3_600)]
    [InlineData(86_400)]
    [InlineData(604_800)]
    public void Interval_is_stretched_no_further_however_long_it_fails(int interval)
    {
        var life = Enabled(interval);
        for (var i = 0; i < 50; i++)
        {
            life = Fail(life);
            Assert.InRange(Gap(life).TotalSeconds, interval, Math.Max(interval, RunDecisions.LongestStretch.TotalSeconds));
        }
    }

    [Fact]
    public void Success_ends_the_stretch()
    {
        var life = Fail(Fail(Fail(Enabled(60))));
        life = RunFor(life, startedLate: 0, seconds: 1);
        Assert.Equal((0, 0), (life.ConsecutiveFailures, life.Stretch));
        Assert.Equal(60, Gap(life).TotalSeconds);
    }

    [Fact]
    public void Run_on_demand_ends_the_stretch_even_when_it_fails_once_more_from_the_start()
    {
        var life = Fail(Fail(Fail(Fail(Enabled(60)))));
        Assert.Equal(2, life.Stretch);
        life = life.Apply((RunEvent)RunDecisions.StartOnDemand(life, Context(At(500))).Events[0]);
        Assert.Equal(0, life.Stretch);
        life = End(life, RunState.Failed, At(501));
        Assert.Equal(1, life.Stretch);
    }

    [Fact]
    public void Crashed_run_is_owed_and_its_recovery_comes_before_the_interval()
    {
        var life = End(Start(Enabled(10), At(0)), RunState.Crashed, At(3));
        var next = Next(life)!;
        Assert.Equal((RunTrigger.Recovery, At(3)), (next.Trigger, next.Due));
        var started = RunDecisions.Start(life, next, Context(At(4)))!;
        Assert.Equal((life.Debt!.RunId, (long?)null), (started.Recovers!.Value, started.Slot));
        Assert.Null(life.Apply(started).Debt);
    }

    [Fact]
    public void Crashed_recovery_is_followed_by_the_next_interval_only()
    {
        var life = End(Start(Enabled(10), At(0)), RunState.Crashed, At(3));
        life = life.Apply(RunDecisions.Start(life, Next(life)!, Context(At(4)))!);
        life = End(life, RunState.Crashed, At(5));
        Assert.Null(life.Debt);
        Assert.Equal((RunTrigger.Interval, At(10)), (Next(life)!.Trigger, Next(life)!.Due));
    }

    [Fact]
    public void Run_on_demand_pays_an_open_debt()
    {
        var life = End(Start(Enabled(10), At(0)), RunState.Crashed, At(3));
        var demand = (RunEvent.Started)RunDecisions.StartOnDemand(life, Context(At(3.5))).Events[0];
        Assert.Equal(life.Debt!.RunId, demand.Recovers);
        Assert.Null(life.Apply(demand).Debt);
    }

    [Fact]
    public void Clock_set_back_an_hour_gives_the_schedule_a_new_anchor_one_interval_ahead_at_most()
    {
        var life = RunFor(Enabled(10), startedLate: 0, seconds: 1);
        var set = RunDecisions.Reanchor(life, At(-3600))!;
        life = life.Apply(set);
        Assert.Equal(new NextStart(RunTrigger.Interval, At(-3590), 2, 1), RunDecisions.Next(life, At(-3600)));
        Assert.Equal(At(-3590), RunDecisions.NextDue(life, At(-3600)));
    }

    [Fact]
    public void Clock_set_back_leaves_the_interval_as_it_is_until_the_time_is_made_up_for()
    {
        var life = RunFor(Enabled(10), startedLate: 0, seconds: 1);
        life = life.Apply(RunDecisions.Reanchor(life, At(-3600))!);
        var started = RunDecisions.Start(life, RunDecisions.Next(life, At(-3590))!, Context(At(-3590)))!;
        life = End(life.Apply(started), RunState.Succeeded, At(1));

        Assert.Null(RunDecisions.Reanchor(life, At(-3588)));
        Assert.Equal(At(-3580), RunDecisions.Next(life, At(-3588))!.Due);
    }

    [Fact]
    public void Clock_set_back_never_lets_a_run_begin_before_the_one_before_it_ended()
    {
        var life = RunFor(Enabled(10), startedLate: 0, seconds: 1);
        var started = (RunEvent.Started)RunDecisions.StartOnDemand(life, Context(At(-3600))).Events[0];
        Assert.Equal(At(1), started.At);
    }

    [Fact]
    public void Clock_set_forward_an_hour_starts_once()
    {
        var life = RunFor(Enabled(10), startedLate: 0, seconds: 1);
        var started = RunDecisions.Start(life, Next(life)!, Context(At(3610)))!;
        life = End(life.Apply(started), RunState.Succeeded, At(3611));
        Assert.Equal(At(3620), Next(life)!.Due);
        Assert.Null(RunDecisions.Reanchor(life, At(3611)));
    }

    [Fact]
    public void Timer_of_an_older_generation_starts_nothing()
    {
        var life = Enabled(10);
        var old = Next(life)!;
        life = life.Apply(RunDecisions.Enable(life, TimeSpan.FromSeconds(10), At(1)));
        Assert.Null(RunDecisions.Start(life, old, Context(At(1))));
    }

    // As it is seen some time after the last run.
    private static NextStart? Next(RunLife life) => RunDecisions.Next(life, At(100_000));

    private static RunLife Enabled(int interval) =>
        RunLife.Unborn.Apply(RunDecisions.Enable(RunLife.Unborn, TimeSpan.FromSeconds(interval), T0));

    private static StartContext Context(DateTimeOffset now) =>
        new(now, TimeSpan.FromSeconds(120), "node", at => new Guid((int)at.ToUnixTimeSeconds(), 0, 0, new byte[8]));

    private static RunLife Start(RunLife life, DateTimeOffset now) =>
        life.Apply(RunDecisions.Start(life, Next(life)!, Context(now))!);

    private static RunLife End(RunLife life, RunState outcome, DateTimeOffset now) => life.Apply(RunDecisions.End(
        life.Running!, outcome, 1, null, outcome is RunState.Succeeded ? null : new RunError("network", "no", now), now));

    private static RunLife RunFor(RunLife life, double startedLate, double seconds)
    {
        var start = Next(life)!.Due.AddSeconds(startedLate);
        return End(Start(life, start), RunState.Succeeded, start.AddSeconds(seconds));
    }

    private static RunLife Fail(RunLife life)
    {
        var start = Next(life)!.Due;
        return End(Start(life, start), RunState.Failed, start.AddSeconds(1));
    }

    private static TimeSpan Gap(RunLife life) => Next(life)!.Due - life.Last!.Started;
}
