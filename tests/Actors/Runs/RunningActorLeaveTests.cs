using MarketManager.Actors.Runs;
using MarketManager.Actors.Tests.Exchanges;
using Xunit;

namespace MarketManager.Actors.Tests.Runs;

/// <summary>The node is told to stop.</summary>
public sealed class RunningActorLeaveTests : ExchangeTests
{
    [Fact]
    public void Node_without_runs_leaves_at_once()
    {
        Create(enabled: false);
        Create("other", interval: 10);
        Node.Advance(1);
        var left = Leave();
        Node.Run();
        Assert.True(left.IsCompletedSuccessfully);
        Node.Advance(60);
        Assert.Single(Store.Tables.Runs);
    }

    [Fact]
    public void Run_that_ends_in_time_is_waited_for()
    {
        var (id, pass) = CreateRunning();
        var left = Leave();
        Node.Advance(5.9);
        Assert.False(left.IsCompleted);
        pass.Succeed();
        Node.Run();
        Assert.True(left.IsCompletedSuccessfully);
        Assert.Equal(RunState.Succeeded, LastRun(id).State);
    }

    [Fact]
    public void Run_that_does_not_end_in_time_is_cut_short_and_made_up_for_by_the_next_process()
    {
        var (id, pass) = CreateRunning();
        var left = Leave();
        Node.Advance(6);
        Assert.True(left.IsCompletedSuccessfully);
        Assert.True(pass.IsCancelled);
        var error = LastRun(id).Error!;
        Assert.Equal(
            (RunState.Crashed, ErrorKinds.Shutdown, "the node was shut down before the run had ended"), (LastRun(id).State, error.Kind, error.Message));

        Node.Kill();
        Node.Start();
        Node.Advance(2);
        Assert.Equal((RunTrigger.Recovery, RunState.Succeeded), (LastRun(id).Trigger, LastRun(id).State));
    }

    [Fact]
    public void Run_whose_child_hangs_does_not_keep_the_node()
    {
        var (id, pass) = CreateRunning();
        pass.ConfirmsLate = true;
        var left = Leave();
        Node.Advance(7);
        Assert.True(left.IsCompletedSuccessfully);
        Assert.Equal(RunState.Running, LastRun(id).State);

        Node.Kill();
        Node.Start();
        Node.Advance(2);
        Assert.Equal([RunState.Crashed, RunState.Succeeded], Store.RunsOf(id).Select(run => run.State));
    }

    [Fact]
    public void Leaving_node_starts_nothing_and_answers_until_the_last_run_has_ended()
    {
        var (id, _) = CreateRunning(interval: 2);
        var other = Create("other", interval: 2, venue: "kraken");
        Node.Advance(1);
        _ = Leave();
        Node.Advance(5);
        Assert.Single(Store.RunsOf(other));
        Assert.Equal(RejectionKind.Moved, Rejected(RunNow(id)));
        Assert.Equal(RejectionKind.Moved, Rejected(RunNow(other)));
        Assert.Equal(RejectionKind.Moved, Rejected(Node.Call(x => x.Create(Draft("third"), null, default))));
        Assert.Equal(other, Get(other).Id);
    }

    private Task<bool> Leave() => Node.Begin(async () =>
    {
        await Node.Exchanges.Leave();
        return true;
    });
}
