using MarketManager.Actors.Runs;
using MarketManager.Actors.Tests.Exchanges;
using MarketManager.Actors.Tests.Harness;
using Xunit;

namespace MarketManager.Actors.Tests.Runs;

/// <summary>What is left when the process dies, and what the next one makes of it.</summary>
public sealed class RunningActorDeathTests : ExchangeTests
{
    [Fact]
    public void Run_that_dies_with_its_process_is_crashed_and_made_up_for_within_two_seconds()
    {
        var (id, _) = CreateRunning();
        var died = LastRun(id).RunId;
        Node.Kill();
        Node.Advance(5);
        Node.Start();
        Assert.Equal((RunState.Crashed, ErrorKinds.ProcessDied), (LastRun(id).State, LastRun(id).Error!.Kind));

        Node.Advance(2);
        Assert.Equal((RunTrigger.Recovery, died, RunState.Succeeded), (LastRun(id).Trigger, LastRun(id).Recovers, LastRun(id).State));
        Node.Advance(50);
        Assert.Equal(2, Store.RunsOf(id).Count);
    }

    [Fact]
    public void Recovery_that_dies_is_followed_by_the_next_interval_only()
    {
        Source.ThenHang().ThenHang();
        var id = Create();
        Node.Advance(1);
        Die();
        Node.Advance(2);
        Assert.Equal((RunTrigger.Recovery, RunState.Running), (LastRun(id).Trigger, LastRun(id).State));
        Die();
        Node.Advance(30);
        Assert.Equal([RunState.Crashed, RunState.Crashed], Store.RunsOf(id).Select(run => run.State));

        Node.Advance(30);
        Assert.Equal((RunTrigger.Interval, RunState.Succeeded), (LastRun(id).Trigger, LastRun(id).State));
    }

    [Fact]
    public void Debt_outlives_further_deaths()
    {
        var (id, _) = CreateRunning();
        var died = LastRun(id).RunId;
        Die();
        Die();
        Die();
        Node.Advance(2);
        Assert.Equal([null, died], Store.RunsOf(id).Select(run => run.Recovers));
    }

    [Fact]
    public void Run_on_demand_pays_the_debt()
    {
        var (id, _) = CreateRunning();
        var died = LastRun(id).RunId;
        Die();
        Assert.Equal(died, Accepted(RunNow(id)).Recovers);
        Node.Advance(30);
        Assert.Equal(2, Store.RunsOf(id).Count);
    }

    [Fact]
    public void Starts_that_were_missed_happen_once()
    {
        var id = Create(interval: 10);
        Node.Advance(1);
        Node.Kill();
        Node.Advance(3600);
        Node.Start();
        Node.Advance(2);
        var run = LastRun(id);
        Assert.Equal((2, 360L, 1L), (Store.RunsOf(id).Count, run.Slot!.Value, run.CoversFrom!.Value));
    }

    [Fact]
    public void Runs_that_are_overdue_are_spread_over_two_seconds()
    {
        var ids = Enumerable.Range(0, 40).Select(i => Create($"x{i}", interval: 600)).ToList();
        Node.Advance(1);
        Node.Kill();
        Node.Advance(3600);
        Node.Start();
        var up = Node.Now;
        Node.Advance(2);
        var starts = ids.Select(id => LastRun(id).Started - up).Order().ToList();
        Assert.InRange(starts[0], TimeSpan.Zero, TimeSpan.FromSeconds(0.5));
        Assert.InRange(starts[^1], TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(2.001));
        Assert.True(starts.Distinct().Count() > 30);
    }

    [Fact]
    public void Pause_holds_back_intervals_and_debts_over_restarts_and_lets_demand_through()
    {
        var (id, _) = CreateRunning(interval: 10);
        Assert.Null(Node.Call(x => x.SetPaused(true, default)));
        Die();
        Assert.True(Node.Exchanges.Gateway.Paused);
        Node.Advance(100);
        Assert.Single(Store.RunsOf(id));
        var other = Create("other", interval: 10);
        Node.Advance(100);
        Assert.Empty(Store.RunsOf(other));
        Accepted(RunNow(other));

        Assert.Null(Node.Call(x => x.SetPaused(false, default)));
        Node.Advance(2);
        Assert.Equal(RunTrigger.Recovery, LastRun(id).Trigger);
        Assert.Equal(RunTrigger.Interval, LastRun(other).Trigger);
    }

    [Fact]
    public void Pause_that_the_store_does_not_take_is_not_made()
    {
        Store.IsAway = true;
        Assert.Equal(RejectionKind.Unavailable, Node.Call(x => x.SetPaused(true, default))!.Kind);
        Assert.False(Node.Exchanges.Gateway.Paused);
    }

    [Fact]
    public void Run_that_is_going_is_not_touched_by_a_pause()
    {
        var (id, pass) = CreateRunning();
        Assert.Null(Node.Call(x => x.SetPaused(true, default)));
        pass.Succeed();
        Node.Run();
        Assert.Equal(RunState.Succeeded, LastRun(id).State);
    }

    [Fact]
    public void State_of_many_events_comes_back_through_its_snapshot()
    {
        var id = Create(interval: 1);
        Node.Advance(80);
        Assert.True(Store.Journal.SnapshotOf(new("exchange", id))!.Sequence >= 200);
        var before = Get(id);
        Node.Kill();
        Node.Start();
        Assert.Equal(before, Get(id));
    }

    [Fact]
    public void Death_at_any_step_of_a_creation_and_its_first_run_loses_nothing_that_was_answered()
    {
        var survived = 0;
        for (var steps = 0; steps < 120; steps++)
        {
            var node = new TestNode(seed: steps);
            var answer = node.Send(x => x.Create(Draft(), null, default));
            for (var i = 0; i < steps; i++)
            {
                if (!node.Step() && node.Time.UntilNextTimer is { } next && next < TimeSpan.FromSeconds(1))
                {
                    node.Time.Advance(next);
                }
            }

            var wasAnswered = answer.IsCompleted;
            node.Kill();
            node.Start();
            node.Advance(3);
            StoreCheck.Check(node.Store);
            Assert.True(!wasAnswered || node.Store.Tables.Exchanges.ContainsKey(1), $"lost after {steps} steps");
            Assert.All(node.Store.RunsOf(1), run => Assert.NotEqual(RunState.Running, run.State));
            if (node.Store.Tables.Exchanges.ContainsKey(1))
            {
                survived++;
                Assert.Equal(RunState.Succeeded, node.Store.RunsOf(1)[^1].State);
            }
        }

        Assert.InRange(survived, 1, 119);
    }

    private void Die()
    {
        Node.Kill();
        Node.Start();
    }
}
