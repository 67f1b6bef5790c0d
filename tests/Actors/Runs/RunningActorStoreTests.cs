using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Tests.Exchanges;
using MarketManager.Kernel;
using MarketManager.TestKit;
using Xunit;

namespace MarketManager.Actors.Tests.Runs;

/// <summary>The store fails at the start or at the end of a run.</summary>
public sealed class RunningActorStoreTests : ExchangeTests
{
    [Theory]
    [InlineData(JournalFault.Full)]
    [InlineData(JournalFault.Unavailable)]
    [InlineData(JournalFault.UnknownNotCommitted)]
    [InlineData(JournalFault.TooNew)]
    public void Start_that_the_store_does_not_take_asks_nothing_and_is_tried_again(JournalFault fault)
    {
        var id = Create();
        Store.Journal.FailNext(fault);
        Node.Advance(0.1);
        Assert.Empty(Source.Passes);
        Node.Advance(3);
        Assert.Equal((RunState.Succeeded, 0L), (Assert.Single(Store.RunsOf(id)).State, LastRun(id).Slot!.Value));
    }

    [Fact]
    public void Start_that_the_store_took_without_an_answer_is_ended_and_made_up_for()
    {
        var id = Create();
        Store.Journal.FailNext(JournalFault.UnknownButCommitted);
        Node.Advance(5);
        Assert.Equal([RunState.Crashed, RunState.Succeeded], Store.RunsOf(id).Select(run => run.State));
        Assert.Equal(Store.RunsOf(id)[0].RunId, LastRun(id).Recovers);
    }

    [Theory]
    [InlineData(JournalFault.Full)]
    [InlineData(JournalFault.Unavailable)]
    [InlineData(JournalFault.TooNew)]
    public void Result_that_the_store_does_not_take_is_kept_until_it_does(JournalFault fault)
    {
        var (id, pass) = CreateRunning();
        Store.Journal.FailNext(fault);
        Store.Journal.FailNext(fault);
        pass.Succeed();
        Node.Advance(1.5);
        Assert.Equal(RunState.Running, LastRun(id).State);
        Assert.Equal(RejectionKind.AlreadyRunning, Rejected(RunNow(id)));
        Node.Advance(1);
        Assert.Equal((RunState.Succeeded, 1), (LastRun(id).State, Source.Passes.Count));
        Assert.Equal(2, Store.Tables.Markets[id].Markets.Count);
    }

    [Fact]
    public void Result_that_the_store_cannot_keep_ends_the_run_as_failed()
    {
        var (id, pass) = CreateRunning();
        Store.Journal.FailNext(JournalFault.Unstorable);
        pass.Succeed();
        Node.Advance(0.1);
        var error = LastRun(id).Error!;
        Assert.Equal(
            (RunState.Failed, ErrorKinds.BadResponse, "what the venue sent cannot be kept: the database cannot keep these values: too long"),
            (LastRun(id).State, error.Kind, error.Message));
        Assert.False(Store.Tables.Markets.ContainsKey(id));
    }

    [Fact]
    public void Result_that_the_store_took_without_an_answer_counts()
    {
        var (id, pass) = CreateRunning();
        Store.Journal.FailNext(JournalFault.UnknownButCommitted);
        pass.Succeed();
        Node.Advance(50);
        Assert.Equal(RunState.Succeeded, Assert.Single(Store.RunsOf(id)).State);
        Node.Advance(11);
        Assert.Equal(2, Store.RunsOf(id).Count);
    }

    [Fact]
    public void Result_whose_commit_was_lost_is_made_up_for()
    {
        var (id, pass) = CreateRunning();
        Store.Journal.FailNext(JournalFault.UnknownNotCommitted);
        pass.Succeed();
        Node.Advance(5);
        Assert.Equal([RunState.Crashed, RunState.Succeeded], Store.RunsOf(id).Select(run => run.State));
    }

    [Theory]
    [InlineData(JournalFault.Full)]
    [InlineData(JournalFault.UnknownNotCommitted)]
    [InlineData(JournalFault.TooNew)]
    public void Attempt_that_the_store_does_not_take_does_no_harm(JournalFault fault)
    {
        var (id, pass) = CreateRunning();
        Store.Journal.FailNext(fault);
        pass.Fail(ErrorKinds.Network, "reset");
        Node.Advance(5);
        Assert.Equal((RunState.Succeeded, 2), (Assert.Single(Store.RunsOf(id)).State, LastRun(id).Attempts));
    }

    [Theory]
    [InlineData(JournalFault.Full)]
    [InlineData(JournalFault.UnknownButCommitted)]
    [InlineData(JournalFault.UnknownNotCommitted)]
    public void Crash_that_the_store_does_not_take_is_recorded_later_and_owed_once(JournalFault fault)
    {
        var (id, _) = CreateRunning();
        Node.Kill();
        Store.Journal.FailNext(fault);
        Node.Start();
        Node.Advance(6);
        Assert.Equal([RunState.Crashed, RunState.Succeeded], Store.RunsOf(id).Select(run => run.State));
    }

    [Fact]
    public void Exchange_in_whose_name_another_wrote_stops_for_good_and_the_others_go_on()
    {
        var (id, other) = (Create("one", interval: 10), Create("other", interval: 10));
        Node.Advance(1);
        var actor = new PersistenceId(ExchangeActor.Entity, id);
        var intruder = new DomainCodec().Encode(new RunEvent.StretchEnded(Node.Now));
        Node.Call(_ => Intrude(new JournalWrite(actor, Store.Journal.CountOf(actor) + 1, [intruder], [])));
        Node.Advance(10);

        Assert.Equal(RejectionKind.Unavailable, Rejected(Node.Call(x => x.Get(id, default))));
        Assert.Equal([id], Node.Exchanges.Directory.Broken.Keys);
        Assert.Equal((1, 2), (Store.RunsOf(id).Count, Store.RunsOf(other).Count));

        // The next process reads what is there and goes on; the row catches up with the next event.
        Node.Kill();
        Node.Start();
        Node.Advance(2);
        Assert.Equal(2, Store.RunsOf(id).Count);
    }

    [Fact]
    public void Run_whose_end_cannot_be_kept_because_history_lost_it_stops_its_exchange_for_good()
    {
        var (id, pass) = CreateRunning();
        var lost = LastRun(id);
        Store.Tables.Runs.Remove(lost.RunId);
        pass.Succeed();
        Node.Advance(60);

        var why = Node.Call(x => x.Get(id, default)).Why!;
        Assert.Equal(RejectionKind.Unavailable, why.Kind);
        Assert.Contains($"run {lost.RunId} of exchange-{id} is going by its events, but not in the history", why.Detail, StringComparison.Ordinal);
        Assert.Equal([id], Node.Exchanges.Directory.Broken.Keys);
        Store.Tables.Runs.Add(lost.RunId, lost);
    }

    [Fact]
    public void Exchange_that_restarts_after_a_pause_was_ended_goes_on()
    {
        Assert.Null(Node.Call(x => x.SetPaused(true, default)));
        var id = Create(interval: 10);
        Assert.Null(Node.Call(x => x.SetPaused(false, default)));
        Node.Advance(2);
        Restart(id);
        Node.Advance(30);
        Assert.Equal(4, Store.RunsOf(id).Count);
    }

    [Fact]
    public void Exchange_that_restarts_during_a_pause_stays_paused()
    {
        var id = Create(interval: 10);
        Node.Advance(2);
        Assert.Null(Node.Call(x => x.SetPaused(true, default)));
        Restart(id);
        Node.Advance(30);
        Assert.Single(Store.RunsOf(id));
    }

    // What becomes of the change is not known to the actor, which therefore reads itself back.
    private void Restart(long id)
    {
        Store.Journal.FailNext(JournalFault.UnknownNotCommitted);
        Assert.Equal(RejectionKind.OutcomeUnknown, Rejected(Change(id, new(Url: Patch.To("https://example.test/")))));
    }

    private async ValueTask<bool> Intrude(JournalWrite write)
    {
        await Store.Journal.Append(write);
        return true;
    }
}
