using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Tests.Harness;
using MarketManager.TestKit;
using Xunit;

namespace MarketManager.Actors.Tests.Exchanges;

public sealed class DemandTests : ExchangeTests
{
    [Fact]
    public void Run_on_demand_is_answered_while_it_is_going()
    {
        var id = Create(enabled: false);
        Source.ThenHang();
        var run = Accepted(RunNow(id));
        Assert.Equal((RunState.Running, RunTrigger.Demand, Node.Now), (run.State, run.Trigger, run.Started));
        Assert.Equal(run, LastRun(id));

        Source.Passes[^1].Succeed();
        Node.Run();
        Assert.Equal((run.RunId, RunState.Succeeded), (LastRun(id).RunId, LastRun(id).State));
        Assert.Equal(ExchangeCondition.Disabled, Get(id).Status.State);
    }

    [Fact]
    public void Run_on_demand_during_a_run_is_rejected_with_its_id()
    {
        var (id, _) = CreateRunning();
        var why = RunNow(id).Why!;
        Assert.Equal((RejectionKind.AlreadyRunning, LastRun(id).RunId), (why.Kind, why.RunId!.Value));
    }

    [Fact]
    public void Of_ten_runs_asked_for_at_once_one_starts_and_the_others_are_told_its_id()
    {
        var id = Create(enabled: false);
        Source.ThenHang();
        var requests = Enumerable.Range(0, 10).Select(_ => Node.Send(x => x.Run(id, null, default))).ToList();
        Node.Run();

        var answers = requests.Select(TestNode.Answered).ToList();
        var started = Assert.Single(answers, answer => answer.Value is not null).Value!;
        Assert.Equal(9, answers.Count(answer => answer.Why is { Kind: RejectionKind.AlreadyRunning } why && why.RunId == started.RunId));
        Assert.Single(Store.RunsOf(id));
    }

    [Fact]
    public void Run_on_demand_moves_no_start()
    {
        var id = Create(interval: 10);
        Node.Advance(1);
        var first = LastRun(id).Due;
        Node.Advance(4);
        Accepted(RunNow(id));
        Node.Advance(6);
        Assert.Equal([RunTrigger.Interval, RunTrigger.Demand, RunTrigger.Interval], Store.RunsOf(id).Select(run => run.Trigger));
        Assert.Equal(first.AddSeconds(10), LastRun(id).Started);
    }

    [Fact]
    public void Waiting_is_answered_with_the_run_as_it_ended()
    {
        var (id, pass) = CreateRunning();
        var ended = Node.Send(x => x.WhenEnded(id, LastRun(id).RunId, TimeSpan.FromSeconds(30), default));
        Node.Advance(3);
        Assert.False(ended.IsCompleted);
        pass.Succeed();
        Node.Run();
        Assert.Equal(LastRun(id), TestNode.Answered(ended));
        Assert.Equal(RunState.Succeeded, TestNode.Answered(ended)!.State);
    }

    [Fact]
    public void Waiting_ends_with_patience_and_not_the_run()
    {
        var (id, _) = CreateRunning();
        var ended = Node.Send(x => x.WhenEnded(id, LastRun(id).RunId, TimeSpan.FromSeconds(30), default));
        Node.Advance(30);
        Assert.Null(TestNode.Answered(ended));
        Assert.Equal(RunState.Running, LastRun(id).State);
    }

    [Fact]
    public void Run_that_ended_before_is_found_in_history_also_of_a_deleted_exchange()
    {
        var id = Create();
        Node.Advance(1);
        var run = LastRun(id);
        Assert.Equal(run, Node.Call(x => x.WhenEnded(id, run.RunId, TimeSpan.FromSeconds(1), default)));
        Accepted(Node.Call(x => x.Delete(id, null, default)));
        Assert.Equal(run, Node.Call(x => x.WhenEnded(id, run.RunId, TimeSpan.FromSeconds(1), default)));
    }

    [Fact]
    public void Waiting_for_a_run_that_is_not_known_is_answered_at_once() =>
        Assert.Null(Node.Call(x => x.WhenEnded(Create(), Guid.Empty, TimeSpan.FromSeconds(1), default)));

    [Fact]
    public void Deletion_answers_whoever_waits_for_the_run()
    {
        var (id, _) = CreateRunning();
        var ended = Node.Send(x => x.WhenEnded(id, LastRun(id).RunId, TimeSpan.FromSeconds(30), default));
        Node.Run();
        Accepted(Node.Call(x => x.Delete(id, null, default)));
        Assert.Equal(RunState.Cancelled, TestNode.Answered(ended)!.State);
    }

    [Fact]
    public void Whoever_waits_is_answered_when_the_store_took_the_end_without_an_answer()
    {
        var (id, pass) = CreateRunning();
        var ended = Node.Send(x => x.WhenEnded(id, LastRun(id).RunId, TimeSpan.FromSeconds(30), default));
        Node.Run();
        Store.Journal.FailNext(JournalFault.UnknownButCommitted);
        pass.Succeed();
        Node.Advance(1);
        Assert.Equal(RunState.Succeeded, TestNode.Answered(ended)!.State);
    }

    [Theory]
    [InlineData(JournalFault.Full, RejectionKind.StoreFull)]
    [InlineData(JournalFault.Unavailable, RejectionKind.Unavailable)]
    [InlineData(JournalFault.UnknownNotCommitted, RejectionKind.OutcomeUnknown)]
    public void Run_that_the_store_does_not_take_asks_nothing_of_the_venue(JournalFault fault, RejectionKind kind)
    {
        var id = Create(enabled: false);
        Store.Journal.FailNext(fault);
        Assert.Equal(kind, Rejected(RunNow(id)));
        Node.Advance(5);
        Assert.Empty(Store.RunsOf(id));
        Assert.Empty(Source.Passes);
        Accepted(RunNow(id));
    }

    [Fact]
    public void Run_that_the_store_took_without_an_answer_is_ended_and_made_up_for()
    {
        var id = Create(enabled: false);
        Store.Journal.FailNext(JournalFault.UnknownButCommitted);
        Assert.Equal(RejectionKind.OutcomeUnknown, Rejected(RunNow(id)));
        Node.Advance(5);
        Assert.Equal([RunState.Crashed, RunState.Succeeded], Store.RunsOf(id).Select(run => run.State));
        Assert.Equal(Store.RunsOf(id)[0].RunId, LastRun(id).Recovers);
    }

    [Fact]
    public void Exchange_that_is_not_there_cannot_be_run() => Assert.Equal(RejectionKind.NotFound, Rejected(RunNow(7)));
}
