using MarketManager.Actors.Runs;
using MarketManager.Actors.Tests.Exchanges;
using Xunit;

namespace MarketManager.Actors.Tests.Gathering;

public sealed class RetryTests : ExchangeTests
{
    private static readonly string[] Defects = ["first", "second", "third", "fourth"];

    [Theory]
    [InlineData(ErrorKinds.Network)]
    [InlineData(ErrorKinds.Timeout)]
    [InlineData(ErrorKinds.RateLimited)]
    [InlineData(ErrorKinds.VenueUnavailable)]
    [InlineData(ErrorKinds.BadResponse)]
    [InlineData(ErrorKinds.WorkerLost)]
    public void Failure_that_may_pass_is_tried_again_inside_the_run(string kind)
    {
        Source.ThenFail(kind);
        var id = Create();
        Node.Advance(0.9);
        Assert.Equal(RunState.Running, LastRun(id).State);
        Node.Advance(0.5);
        Assert.Equal((RunState.Succeeded, 2), (LastRun(id).State, LastRun(id).Attempts));
        Assert.Single(Store.RunsOf(id));
    }

    [Theory]
    [InlineData(ErrorKinds.Authentication)]
    [InlineData(ErrorKinds.BadSymbol)]
    [InlineData(ErrorKinds.BadRequest)]
    [InlineData(ErrorKinds.NotSupported)]
    [InlineData(ErrorKinds.VenueError)]
    public void Failure_that_will_not_pass_ends_the_run_at_once(string kind)
    {
        Source.ThenFail(kind);
        var id = Create();
        Node.Advance(0.01);
        Assert.Equal((RunState.Failed, 1, kind), (LastRun(id).State, LastRun(id).Attempts, LastRun(id).Error!.Kind));
        Assert.Equal((1, LastRun(id).Error), (Get(id).Status.ConsecutiveFailures, Get(id).Status.LastError));
    }

    [Fact]
    public void Third_failure_ends_the_run()
    {
        Source.ThenFail(ErrorKinds.Network).ThenFail(ErrorKinds.Timeout).ThenFail(ErrorKinds.VenueUnavailable);
        var id = Create();
        Node.Advance(10);
        Assert.Equal((RunState.Failed, 3, ErrorKinds.VenueUnavailable), (LastRun(id).State, LastRun(id).Attempts, LastRun(id).Error!.Kind));
        Assert.Equal(3, Source.Passes.Count);
        Assert.InRange(LastRun(id).Ended!.Value - LastRun(id).Started, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3.7));
    }

    [Fact]
    public void Retry_waits_as_long_as_the_venue_says()
    {
        Source.ThenFail(ErrorKinds.RateLimited, TimeSpan.FromSeconds(30));
        var id = Create();
        Node.Advance(29.9);
        Assert.Single(Source.Passes);
        Node.Advance(0.2);
        Assert.Equal((2, RunState.Succeeded), (Source.Passes.Count, LastRun(id).State));
    }

    [Fact]
    public void Wait_that_would_outlast_the_run_ends_it_at_once()
    {
        Source.ThenFail(ErrorKinds.RateLimited, TimeSpan.FromSeconds(121));
        var id = Create();
        Node.Advance(1);
        Assert.Equal((RunState.Failed, 1, ErrorKinds.RateLimited), (LastRun(id).State, LastRun(id).Attempts, LastRun(id).Error!.Kind));
    }

    [Fact]
    public void Child_that_crashes_is_started_again()
    {
        Crash(1);
        var id = Create();
        Node.Advance(2);
        Assert.Equal((RunState.Succeeded, 2), (LastRun(id).State, LastRun(id).Attempts));
    }

    [Fact]
    public void Third_crash_ends_the_run_with_what_the_child_died_of()
    {
        Crash(3);
        var id = Create();
        Node.Advance(10);
        Assert.Equal((RunState.Failed, 3, ErrorKinds.Internal), (LastRun(id).State, LastRun(id).Attempts, LastRun(id).Error!.Kind));
        Assert.EndsWith("gathering binance failed: third", LastRun(id).Error!.Message, StringComparison.Ordinal);
        Assert.Equal(3, Source.Passes.Count);
    }

    [Fact]
    public void Crashes_and_failures_share_three_attempts()
    {
        Source.ThenFail(ErrorKinds.Network);
        Crash(3);
        var id = Create();
        Node.Advance(10);
        Assert.Equal((RunState.Failed, 3), (LastRun(id).State, LastRun(id).Attempts));
        Assert.Equal(3, Source.Passes.Count);
    }

    [Fact]
    public void Attempt_is_shown_and_raises_the_revision()
    {
        var (id, pass) = CreateRunning();
        var first = Get(id);
        Assert.Equal(1, first.Status.Attempt);
        Source.ThenHang();
        pass.Fail(ErrorKinds.Network, "reset");
        Node.Advance(2);
        var second = Get(id);
        Assert.Equal((2, first.Version), (second.Status.Attempt, second.Version));
        Assert.True(second.Revision > first.Revision);
        Assert.Equal(second, Store.Tables.Exchanges[id]);
        Source.Passes[^1].Succeed();
        Node.Run();
        Assert.True(Get(id).Revision > second.Revision);
    }

    [Fact]
    public void Long_message_of_a_venue_is_cut()
    {
        Source.Then(pass => pass.Fail(ErrorKinds.BadRequest, new string('x', 10_000)));
        var id = Create();
        Node.Advance(1);
        Assert.Equal(500, LastRun(id).Error!.Message.Length);
    }

    private void Crash(int times)
    {
        foreach (var message in Defects.Take(times))
        {
            Source.Then(pass => pass.Crash(new InvalidOperationException(message)));
        }
    }
}
