using MarketManager.Actors.Runs;
using MarketManager.Actors.Tests.Exchanges;
using Xunit;

namespace MarketManager.Actors.Tests.Gathering;

public sealed class SharedFeedTests : ExchangeTests
{
    [Fact]
    public void Exchanges_that_gather_the_same_ask_once_per_due_time()
    {
        var one = Create("one", interval: 10);
        Node.Advance(0.4);
        var other = Create("other", interval: 10);
        Node.Advance(25);
        Assert.Equal((3, 3), (Store.RunsOf(one).Count, Store.RunsOf(other).Count));
        Assert.All(Store.Tables.Runs.Values, run => Assert.Equal(RunState.Succeeded, run.State));
        Assert.Equal(3, Source.Passes.Count);
    }

    [Fact]
    public void Whoever_comes_while_a_pass_is_under_way_shares_it()
    {
        var (one, pass) = CreateRunning();
        Node.Advance(20);
        var other = Create("other");
        Node.Advance(1);
        Assert.Equal(RunState.Running, LastRun(other).State);
        pass.Succeed();
        Node.Run();
        Assert.Equal((RunState.Succeeded, RunState.Succeeded), (LastRun(one).State, LastRun(other).State));
        Assert.Single(Source.Passes);
    }

    [Fact]
    public void Shared_failure_is_a_failure_for_all()
    {
        var (one, pass) = CreateRunning();
        var other = Create("other");
        Node.Advance(1);
        pass.Fail(ErrorKinds.BadRequest, "no");
        Node.Run();
        Assert.Equal((RunState.Failed, RunState.Failed), (LastRun(one).State, LastRun(other).State));
    }

    [Fact]
    public void Other_options_or_another_venue_are_asked_for_themselves()
    {
        Create("one");
        Create("two", options: """{"markets":{"quotes":["USDT"]}}""");
        Create("three", venue: "kraken");
        Node.Advance(1);
        Assert.Equal(3, Source.Passes.Select(pass => pass.Feed).Distinct().Count());
        Assert.Equal(3, Source.Passes.Count);
    }

    [Fact]
    public void Options_that_gather_the_same_share()
    {
        Create("one", options: """{"max_run":300}""");
        Create("two", options: """{"markets":{"types":["spot"]}}""");
        Node.Advance(1);
        Assert.Single(Source.Passes);
    }

    [Fact]
    public void Run_on_demand_is_not_served_from_before_it()
    {
        var id = Create();
        Node.Advance(0.5);
        Accepted(RunNow(id));
        Assert.Equal(2, Source.Passes.Count);
    }

    [Fact]
    public void Whoever_shares_a_pass_may_leave_without_ending_it()
    {
        var (one, pass) = CreateRunning();
        var other = Create("other");
        Node.Advance(1);
        Accepted(Node.Call(x => x.Delete(other, null, default)));
        Assert.False(pass.IsCancelled);
        pass.Succeed();
        Node.Run();
        Assert.Equal(RunState.Succeeded, LastRun(one).State);
    }

    [Fact]
    public void Pass_ends_with_whom_it_was_begun_for_and_another_begins_for_whoever_came_later()
    {
        var (one, pass) = CreateRunning();
        var other = Create("other");
        Node.Advance(1);
        Accepted(Node.Call(x => x.Delete(one, null, default)));
        Assert.True(pass.IsCancelled);
        Assert.Equal((2, RunState.Succeeded, 1), (Source.Passes.Count, LastRun(other).State, LastRun(other).Attempts));
    }

    [Fact]
    public void Pass_that_hangs_is_not_kept_alive_by_ever_new_runs()
    {
        Source.ThenHang();
        var one = Create("one", interval: 11, options: """{"max_run":20}""");
        Node.Advance(10);
        var other = Create("other", interval: 11, options: """{"max_run":20}""");
        Node.Advance(60);
        Assert.Equal([RunState.Stale, RunState.Succeeded], Store.RunsOf(one).Take(2).Select(run => run.State));
        Assert.All(Store.RunsOf(other), run => Assert.Equal(RunState.Succeeded, run.State));
    }

    [Fact]
    public void Whoever_comes_after_the_last_has_left_gets_a_pass_of_its_own_when_the_old_one_is_over()
    {
        var (one, pass) = CreateRunning();
        pass.ConfirmsLate = true;
        var deleted = Node.Send(x => x.Delete(one, null, default));
        Node.Run();
        var other = Create("other");
        Node.Advance(1);
        Assert.Single(Source.Passes);

        pass.ConfirmCancel();
        Node.Run();
        Accepted(Harness.TestNode.Answered(deleted));
        Assert.Equal((2, RunState.Succeeded, 1), (Source.Passes.Count, LastRun(other).State, LastRun(other).Attempts));
    }

    [Fact]
    public void Whoever_comes_after_the_last_has_left_may_leave_too()
    {
        var (one, pass) = CreateRunning();
        pass.ConfirmsLate = true;
        var first = Node.Send(x => x.Delete(one, null, default));
        Node.Run();
        var other = Create("other");
        Node.Advance(1);
        Accepted(Node.Call(x => x.Delete(other, null, default)));
        Assert.False(first.IsCompleted);

        pass.ConfirmCancel();
        Node.Run();
        Accepted(Harness.TestNode.Answered(first));
        Assert.Single(Source.Passes);
    }
}
