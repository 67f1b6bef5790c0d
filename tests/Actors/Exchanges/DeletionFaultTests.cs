using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Tests.Harness;
using MarketManager.Kernel;
using MarketManager.TestKit;
using Xunit;

namespace MarketManager.Actors.Tests.Exchanges;

/// <summary>A deletion is not made, or it is made whole: whatever the store, the actor or the process does in between.</summary>
public sealed class DeletionFaultTests : ExchangeTests
{
    [Theory]
    [InlineData(JournalFault.Full, RejectionKind.StoreFull)]
    [InlineData(JournalFault.Unavailable, RejectionKind.Unavailable)]
    [InlineData(JournalFault.TooNew, RejectionKind.Unavailable)]
    public void Deletion_that_the_store_does_not_take_leaves_the_run_alone(JournalFault fault, RejectionKind why)
    {
        var (id, pass) = CreateRunning();
        var before = Get(id);
        Store.Journal.FailNext(fault);
        Assert.Equal(why, Rejected(Delete(id)));
        Assert.False(pass.IsCancelled);
        Assert.Equal(before, Get(id));

        pass.Succeed();
        Node.Advance(60);
        Assert.Equal([RunState.Succeeded, RunState.Succeeded], Store.RunsOf(id).Select(run => run.State));
        Accepted(Delete(id));
    }

    [Fact]
    public void Deletion_without_a_run_that_the_store_does_not_take_changes_nothing()
    {
        var id = Create(enabled: false);
        var before = Get(id);
        Store.Journal.FailNext(JournalFault.Full);
        Assert.Equal(RejectionKind.StoreFull, Rejected(Delete(id)));
        Assert.Equal(before, Get(id));
    }

    [Theory]
    [InlineData(JournalFault.Full)]
    [InlineData(JournalFault.Unavailable)]
    public void End_that_the_store_does_not_take_follows_as_soon_as_it_does(JournalFault fault)
    {
        var (id, pass) = CreateRunning();
        pass.ConfirmsLate = true;
        var deleted = BeginDelete(id);
        FailNext(fault, 2);
        pass.ConfirmCancel();
        Node.Advance(1.5);
        Assert.Equal((false, RunState.Running), (deleted.IsCompleted, LastRun(id).State));
        Assert.Equal(RejectionKind.Conflict, Rejected(RunNow(id)));

        Node.Advance(1);
        Accepted(TestNode.Answered(deleted));
        Assert.Equal(RunState.Cancelled, Assert.Single(Store.RunsOf(id)).State);
        AssertGone(id);
    }

    [Fact]
    public void Deletion_that_takes_longer_than_its_caller_waits_goes_on_and_can_be_waited_for_again()
    {
        var (id, pass) = CreateRunning();
        pass.ConfirmsLate = true;
        var first = BeginDelete(id);
        FailNext(JournalFault.Full, 70);
        pass.ConfirmCancel();
        Node.Advance(60);
        Assert.Equal(RejectionKind.OutcomeUnknown, Rejected(TestNode.Answered(first)));

        var second = BeginDelete(id);
        Node.Advance(15);
        Accepted(TestNode.Answered(second));
        AssertGone(id);
    }

    [Fact]
    public void Result_that_waits_for_the_store_is_kept_in_the_commit_of_the_deletion()
    {
        var (id, pass) = CreateRunning();
        Store.Journal.FailNext(JournalFault.Full);
        pass.Succeed();
        Node.Run();
        Assert.Equal(RunState.Running, LastRun(id).State);

        Accepted(Delete(id));
        Assert.Equal(RunState.Succeeded, Assert.Single(Store.RunsOf(id)).State);
        AssertGone(id);
    }

    [Fact]
    public void Run_whose_process_died_before_the_deletion_ends_so_and_the_deletion_goes_on()
    {
        var (id, _) = CreateRunning();
        Node.Kill();
        Store.Journal.FailNext(JournalFault.Full);
        Node.Start();
        Assert.Equal(RunState.Running, LastRun(id).State);

        Accepted(Delete(id));
        var run = Assert.Single(Store.RunsOf(id));
        Assert.Equal((RunState.Crashed, ErrorKinds.ProcessDied), (run.State, run.Error!.Kind));
        AssertGone(id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Deletion_that_the_store_took_without_an_answer_is_made(bool isRunning)
    {
        var id = isRunning ? CreateRunning().Id : Create(enabled: false);
        Store.Journal.FailNext(JournalFault.UnknownButCommitted);
        Assert.Equal(RejectionKind.OutcomeUnknown, Rejected(Delete(id)));
        Node.Advance(5);
        AssertGone(id);
        Assert.All(Store.RunsOf(id), run => Assert.Equal(RunState.Cancelled, run.State));
        Assert.Equal(0, Node.Exchanges.Directory.Count);
    }

    [Theory]
    [InlineData(JournalFault.UnknownButCommitted)]
    [InlineData(JournalFault.UnknownNotCommitted)]
    public void End_whose_commit_got_no_answer_is_made_by_the_actor_that_restarts(JournalFault fault)
    {
        var (id, pass) = CreateRunning();
        pass.ConfirmsLate = true;
        var deleted = BeginDelete(id);
        Store.Journal.FailNext(fault);
        pass.ConfirmCancel();
        Node.Run();
        Assert.Equal(RejectionKind.OutcomeUnknown, Rejected(TestNode.Answered(deleted)));

        Node.Advance(5);
        Assert.Equal(RunState.Cancelled, Assert.Single(Store.RunsOf(id)).State);
        AssertGone(id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Deletion_whose_process_dies_in_between_is_made_by_the_next(bool isStoreFull)
    {
        var (id, pass) = CreateRunning();
        pass.ConfirmsLate = true;
        Assert.Null(Node.Call(x => x.SetPaused(true, default)));
        BeginDelete(id);
        Node.Kill();
        FailNext(JournalFault.Full, isStoreFull ? 2 : 0);
        Node.Start();
        Node.Advance(isStoreFull ? 2 : 0);

        var run = Assert.Single(Store.RunsOf(id));
        Assert.Equal((RunState.Cancelled, ErrorKinds.Deleted), (run.State, run.Error!.Kind));
        AssertGone(id);
        Assert.Equal(0, Node.Exchanges.Directory.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Deletion_that_was_decided_without_a_run_is_made_by_the_next_process(bool isStoreFull)
    {
        var id = Create(interval: 1);
        Node.Advance(0.5);
        Decide(id);
        Node.Kill();
        FailNext(JournalFault.Full, isStoreFull ? 1 : 0);
        Node.Start();
        Assert.Null(Node.Call(x => x.SetPaused(false, default)));
        Node.Advance(isStoreFull ? 1 : 0);
        AssertGone(id);
        Assert.Single(Store.RunsOf(id));
    }

    [Fact]
    public void Node_that_leaves_in_between_makes_nothing_else_of_it()
    {
        var (id, pass) = CreateRunning();
        pass.ConfirmsLate = true;
        var deleted = BeginDelete(id);
        FailNext(JournalFault.Full, 10);
        pass.ConfirmCancel();
        var left = Node.Begin(async () =>
        {
            await Node.Exchanges.Leave();
            return true;
        });
        Node.Advance(7);
        Assert.True(left.IsCompletedSuccessfully);
        Assert.Equal(RejectionKind.OutcomeUnknown, Rejected(TestNode.Answered(deleted)));

        Node.Kill();
        Node.Start();
        Node.Advance(10);
        Assert.Equal(RunState.Cancelled, Assert.Single(Store.RunsOf(id)).State);
        AssertGone(id);
    }

    private void FailNext(JournalFault fault, int times)
    {
        for (; times > 0; times--)
        {
            Store.Journal.FailNext(fault);
        }
    }

    // No actor writes this, but a journal may hold it.
    private void Decide(long id)
    {
        var actor = new PersistenceId(ExchangeActor.Entity, id);
        var begun = new ExchangeEvent.DeletionBegun(Node.Now);
        var view = Store.EventsOf(id).Append(begun).Aggregate(ExchangeState.Unborn, (state, e) => state.Apply(e))
            .View(Store.Journal.CountOf(actor) + 1, 1, TestNode.Name, Node.Now);
        Node.Call(async _ =>
        {
            await Store.Journal.Append(new JournalWrite(
                actor, Store.Journal.CountOf(actor) + 1, [new DomainCodec().Encode(begun)], [new ExchangeUpdated(view)]));
            return true;
        });
    }
}
