using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Tests.Exchanges;
using Xunit;

namespace MarketManager.Actors.Tests.Runs;

/// <summary>A run past its <c>max_run</c>; and whether anything can come between a run and its result.</summary>
public sealed class RunningActorStaleTests : ExchangeTests
{
    private const string MaxRun20 = """{"max_run":20}""";

    [Fact]
    public void Run_past_its_time_is_ended_stale()
    {
        var (id, pass) = CreateRunning(options: MaxRun20);
        Node.Advance(19.8);
        Assert.Equal((RunState.Running, false), (LastRun(id).State, pass.IsCancelled));
        Node.Advance(0.2);
        Assert.Equal((RunState.Stale, true), (LastRun(id).State, pass.IsCancelled));
        Assert.Equal((ErrorKinds.Stale, ExchangeCondition.Stale), (LastRun(id).Error!.Kind, Get(id).Status.State));

        Node.Advance(60);
        Assert.Equal((RunState.Succeeded, ExchangeCondition.Idle), (LastRun(id).State, Get(id).Status.State));
    }

    [Fact]
    public void Stale_run_has_ended_only_when_its_child_is_gone()
    {
        var (id, pass) = CreateRunning(interval: 10, options: MaxRun20);
        pass.ConfirmsLate = true;
        Node.Advance(35);
        Assert.Equal((true, RunState.Running), (pass.IsCancelled, LastRun(id).State));
        Assert.Equal(RejectionKind.AlreadyRunning, Rejected(RunNow(id)));

        pass.ConfirmCancel();
        Node.Run();
        Assert.Equal(RunState.Stale, Assert.Single(Store.RunsOf(id)).State);
        Assert.Single(Source.Passes);
    }

    [Fact]
    public void Result_that_comes_too_late_changes_no_market()
    {
        var (id, pass) = CreateRunning(options: MaxRun20);
        pass.ConfirmsLate = true;
        Node.Advance(25);
        pass.Succeed();
        Node.Run();
        Assert.Equal(RunState.Stale, LastRun(id).State);
        Assert.False(Store.Tables.Markets.ContainsKey(id));
    }

    [Fact]
    public void Venue_is_not_asked_again_while_a_request_of_a_stale_run_hangs()
    {
        var (id, pass) = CreateRunning(interval: 10, options: MaxRun20);
        pass.ConfirmsLate = true;
        Node.Advance(62);

        // The child gave up to wait for it after 30 s; a new run is going, but its pass waits for the end of the old one.
        Assert.Equal([RunState.Stale, RunState.Running], Store.RunsOf(id).Select(run => run.State));
        Assert.Single(Source.Passes);
        pass.ConfirmCancel();
        Node.Run();
        Assert.Equal((RunState.Succeeded, 2), (LastRun(id).State, Source.Passes.Count));
    }

    [Fact]
    public void Run_that_outlasts_its_interval_skips_the_starts_that_it_covers()
    {
        var (id, pass) = CreateRunning(interval: 10);
        Node.Advance(25);
        pass.Succeed();
        Node.Advance(10);
        Assert.Equal((3L, 1L), (LastRun(id).Slot!.Value, LastRun(id).CoversFrom!.Value));
        Assert.Equal(2, Store.RunsOf(id).Count);
    }

    [Fact]
    public void Result_counts_though_it_comes_while_the_actor_waits_for_the_store()
    {
        var (id, pass) = CreateRunning();
        Store.Journal.Hold();
        var changed = Node.Send(x => x.Change(id, new(Interval: Patch.To(30L)), null, default));
        Node.Run();
        pass.Succeed();
        Node.Run();
        Store.Journal.Release();
        Node.Run();
        Accepted(Harness.TestNode.Answered(changed));
        Assert.Equal(RunState.Succeeded, LastRun(id).State);
    }
}
