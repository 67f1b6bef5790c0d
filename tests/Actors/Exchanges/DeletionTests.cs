using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Tests.Harness;
using MarketManager.TestKit;
using Xunit;

namespace MarketManager.Actors.Tests.Exchanges;

public sealed class DeletionTests : ExchangeTests
{
    [Fact]
    public void Deleted_exchange_is_gone_with_its_markets_and_its_history_stays()
    {
        var id = Create();
        Node.Advance(1);
        var last = Get(id);
        Assert.Equal(last, Accepted(Delete(id)));

        Assert.Equal((0, 0, 1), (Store.Tables.Exchanges.Count, Store.Tables.Markets.Count, Store.RunsOf(id).Count));
        AssertGone(id);
        Node.Advance(600);
        Assert.Single(Store.RunsOf(id));
    }

    [Fact]
    public void Run_that_is_going_is_cancelled_in_the_commit_of_the_deletion()
    {
        var (id, pass) = CreateRunning();
        var commits = Store.Journal.Commits.Count;
        Accepted(Delete(id));

        Assert.True(pass.IsCancelled);
        var commit = Store.Journal.Commits[^1];
        Assert.Equal(commits + 1, Store.Journal.Commits.Count);
        Assert.Equal(["run.ended", "run.schedule_cleared", "exchange.deleted"], commit.Events.Select(e => e.Kind));
        Assert.Equal([typeof(RunClosed), typeof(ExchangeUpdated), typeof(ExchangeRemoved)], commit.Rows.Select(row => row.GetType()));
        Assert.Equal((RunState.Cancelled, ErrorKinds.Deleted), (LastRun(id).State, LastRun(id).Error!.Kind));
        AssertGone(id);
    }

    [Fact]
    public void Deletion_is_answered_only_when_nothing_of_the_run_is_left()
    {
        var (id, pass) = CreateRunning();
        pass.ConfirmsLate = true;
        var answer = Node.Send(x => x.Delete(id, null, default));
        Node.Advance(5);
        Assert.False(answer.IsCompleted);
        Assert.Equal(RunState.Running, LastRun(id).State);

        pass.ConfirmCancel();
        Node.Run();
        Accepted(TestNode.Answered(answer));
        Assert.Equal(RunState.Cancelled, LastRun(id).State);
    }

    [Fact]
    public void Second_deletion_during_the_first_is_rejected()
    {
        var (id, pass) = CreateRunning();
        pass.ConfirmsLate = true;
        var first = Node.Send(x => x.Delete(id, null, default));
        Node.Run();
        Assert.Equal(RejectionKind.Conflict, Rejected(Delete(id)));
        pass.ConfirmCancel();
        Node.Run();
        Accepted(TestNode.Answered(first));
        AssertGone(id);
    }

    [Fact]
    public void Deletion_against_a_version_that_is_not_there_is_rejected()
    {
        var id = Create();
        Assert.Equal(RejectionKind.Stale, Rejected(Delete(id, version: 2)));
        Accepted(Delete(id, version: 1));
    }

    [Fact]
    public void Deletion_outlives_the_process()
    {
        var id = Create();
        Node.Advance(1);
        Accepted(Delete(id));
        Node.Kill();
        Node.Start();
        AssertGone(id);
        Assert.Equal(0, Node.Exchanges.Directory.Count);
    }

    [Fact]
    public void Deletion_that_the_store_does_not_take_is_not_made_and_the_run_that_it_cut_short_is_made_up_for()
    {
        var (id, _) = CreateRunning();
        Store.Journal.FailNext(JournalFault.Full);
        Assert.Equal(RejectionKind.StoreFull, Rejected(Delete(id)));
        Node.Advance(5);
        Assert.Equal([RunState.Crashed, RunState.Succeeded], Store.RunsOf(id).Select(run => run.State));
        Assert.Equal((RunTrigger.Recovery, Store.RunsOf(id)[0].RunId), (LastRun(id).Trigger, LastRun(id).Recovers));
        Accepted(Delete(id));
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
        Assert.Equal((0, 0), (Store.Tables.Exchanges.Count, Node.Exchanges.Directory.Count));
    }

    private Answer<ExchangeView> Delete(long id, long? version = null) => Node.Call(x => x.Delete(id, version, default));

    private void AssertGone(long id)
    {
        Assert.Equal(RejectionKind.NotFound, Rejected(Node.Call(x => x.Get(id, default))));
        Assert.Equal(RejectionKind.NotFound, Rejected(Change(id, new(Enabled: Patch.To(true)))));
        Assert.Equal(RejectionKind.NotFound, Rejected(RunNow(id)));
        Assert.Equal(RejectionKind.NotFound, Rejected(Delete(id)));
    }
}
