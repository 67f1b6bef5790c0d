using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Tests.Harness;
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
        var deleted = Accepted(Delete(id));
        Assert.Equal((last.Name, last.Version, last.LastUpdate), (deleted.Name, deleted.Version, deleted.LastUpdate));

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
        Assert.Equal(commits + 2, Store.Journal.Commits.Count);
        Assert.Equal(["exchange.deletion_begun"], Store.Journal.Commits[^2].Events.Select(e => e.Kind));
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
        var answer = BeginDelete(id);
        Node.Advance(5);
        Assert.False(answer.IsCompleted);
        Assert.Equal(RunState.Running, LastRun(id).State);

        pass.ConfirmCancel();
        Node.Run();
        Accepted(TestNode.Answered(answer));
        Assert.Equal(RunState.Cancelled, LastRun(id).State);
    }

    [Fact]
    public void Second_deletion_waits_for_the_end_of_the_first()
    {
        var (id, pass) = CreateRunning();
        pass.ConfirmsLate = true;
        var (first, second) = (BeginDelete(id), BeginDelete(id));
        Assert.Equal(RejectionKind.Stale, Rejected(Delete(id, version: 2)));

        pass.ConfirmCancel();
        Node.Run();
        Accepted(TestNode.Answered(first));
        Accepted(TestNode.Answered(second));
        Assert.Single(Store.EventsOf(id).OfType<ExchangeEvent.DeletionBegun>());
        AssertGone(id);
    }

    [Fact]
    public void Callers_beyond_a_hundred_are_told_at_once_that_the_end_is_still_to_come()
    {
        var (id, pass) = CreateRunning();
        pass.ConfirmsLate = true;
        var answers = Enumerable.Range(0, 100).Select(_ => BeginDelete(id)).ToList();
        Assert.Equal(RejectionKind.OutcomeUnknown, Rejected(Delete(id)));
        pass.ConfirmCancel();
        Node.Run();
        Assert.All(answers, answer => Accepted(TestNode.Answered(answer)));
    }

    [Fact]
    public void Exchange_that_is_being_deleted_is_shown_and_takes_nothing_else()
    {
        var (id, pass) = CreateRunning(interval: 10);
        pass.ConfirmsLate = true;
        var version = Get(id).Version;
        var deleted = BeginDelete(id);

        var shown = Get(id);
        Assert.Equal((ExchangeCondition.Running, null, version), (shown.Status.State, shown.Status.NextRun, shown.Version));
        Assert.Equal(Store.Tables.Exchanges[id], shown);
        Assert.Equal(RejectionKind.Conflict, Rejected(Change(id, new(Interval: Patch.To(30L)))));
        var run = RunNow(id).Why!;
        Assert.Equal((RejectionKind.Conflict, LastRun(id).RunId), (run.Kind, run.RunId!.Value));
        Assert.Null(Node.Call(x => x.SetPaused(true, default)));
        Assert.Null(Node.Call(x => x.SetPaused(false, default)));

        pass.ConfirmCancel();
        Node.Run();
        Accepted(TestNode.Answered(deleted));
        Node.Advance(60);
        Assert.Single(Store.RunsOf(id));
    }

    [Fact]
    public void Run_that_came_to_its_own_end_before_it_could_be_cancelled_keeps_its_outcome()
    {
        var (id, pass) = CreateRunning();
        Store.Journal.Hold();
        var deleted = BeginDelete(id);
        pass.Succeed(); // while the decision is on its way to the store
        Node.Run();
        Store.Journal.Release();
        Node.Run();

        Accepted(TestNode.Answered(deleted));
        Assert.Equal((RunState.Succeeded, 2), (LastRun(id).State, LastRun(id).Tally!.Markets));
        Assert.Equal(
            ["run.ended", "exchange.gathered", "run.schedule_cleared", "exchange.deleted"],
            Store.Journal.Commits[^1].Events.Select(e => e.Kind));
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
}
