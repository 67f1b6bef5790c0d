using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;
using MarketManager.TestKit;
using Xunit;

namespace MarketManager.Actors.Tests.Exchanges;

public sealed class ChangeTests : ExchangeTests
{
    [Fact]
    public void Change_to_what_is_there_changes_nothing()
    {
        var id = Create();
        Node.Advance(5);
        var before = Get(id);
        Assert.Equal(before, Accepted(Change(id, new(Interval: Patch.To(60L), Name: Patch.To("binance")))));
        Assert.Equal(before, Store.Tables.Exchanges[id]);
    }

    [Fact]
    public void Change_raises_the_version_and_says_when()
    {
        var id = Create();
        Node.Advance(5);
        var changed = Accepted(Change(id, new(Url: Patch.To("https://example.test/"))));
        Assert.Equal((2L, Node.Now, "https://example.test/"), (changed.Version, changed.Updated, changed.Url));
        Assert.Equal("https://binance.test", Accepted(Change(id, new(Url: Patch.Null<string>()))).Url);
    }

    [Fact]
    public void New_interval_counts_from_the_last_start()
    {
        var id = Create(interval: 60);
        Node.Advance(10);
        var start = LastRun(id).Started;
        Accepted(Change(id, new(Interval: Patch.To(20L))));
        Assert.Equal(start.AddSeconds(20), Get(id).Status.NextRun);
        Node.Advance(31);
        Assert.Equal([start, start.AddSeconds(20), start.AddSeconds(40)], Store.RunsOf(id).Select(run => run.Started));
    }

    [Fact]
    public void Disabling_lets_the_run_in_flight_finish_and_starts_no_more()
    {
        var (id, pass) = CreateRunning(interval: 10);
        Accepted(Change(id, new(Enabled: Patch.To(false))));
        Assert.Equal(ExchangeCondition.Running, Get(id).Status.State);
        pass.Succeed();
        Node.Advance(100);
        Assert.Equal(RunState.Succeeded, Assert.Single(Store.RunsOf(id)).State);
        Assert.Equal(ExchangeCondition.Disabled, Get(id).Status.State);
    }

    [Fact]
    public void Enabling_starts_a_run_within_a_second()
    {
        var id = Create(enabled: false);
        Node.Advance(100);
        Accepted(Change(id, new(Enabled: Patch.To(true))));
        Node.Advance(1);
        Assert.Single(Store.RunsOf(id));
        Assert.InRange(LastRun(id).Started - Get(id).Updated, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Change_against_a_version_that_is_not_there_is_rejected()
    {
        var id = Create();
        Accepted(Change(id, new(Interval: Patch.To(30L)), version: 1));
        Assert.Equal(RejectionKind.Stale, Rejected(Change(id, new(Interval: Patch.To(10L)), version: 1)));
        Assert.Equal(30, Get(id).Interval);
    }

    [Fact]
    public void Name_that_another_has_is_rejected_without_regard_to_case()
    {
        Create("one");
        var id = Create("two");
        Assert.Equal(RejectionKind.Conflict, Rejected(Change(id, new(Name: Patch.To("ONE")))));
        Assert.Equal("two", Get(id).Name);
        Assert.Equal(("TWO", "two"), (Accepted(Change(id, new(Name: Patch.To("TWO")))).Name, Get(id).Slug));
    }

    [Fact]
    public void Name_has_no_default()
    {
        var why = Change(Create(), new(Name: Patch.Null<string>())).Why!;
        Assert.Equal((RejectionKind.Invalid, "name"), (why.Kind, Assert.Single(why.Errors!.Keys)));
    }

    [Fact]
    public void Any_change_ends_the_stretch_even_one_to_what_is_there()
    {
        Source.Otherwise = pass => pass.Fail(ErrorKinds.BadRequest, "no");
        var id = Create(interval: 10);
        Node.Advance(21);
        Assert.Equal((ExchangeCondition.Failing, 3), (Get(id).Status.State, Get(id).Status.ConsecutiveFailures));
        var third = LastRun(id).Started;
        Assert.Equal(third.AddSeconds(20), Get(id).Status.NextRun);

        var before = Get(id);
        var after = Accepted(Change(id, new(Interval: Patch.To(10L))));
        Assert.Equal((third.AddSeconds(10), before.Version, before.Updated), (after.Status.NextRun, after.Version, after.Updated));
        Node.Advance(10);
        Assert.Equal(4, Store.RunsOf(id).Count);
    }

    [Fact]
    public void Change_that_was_answered_outlives_the_process()
    {
        var id = Create();
        Node.Advance(1);
        var changed = Accepted(Change(id, new(Interval: Patch.To(77L))));
        Node.Kill();
        Node.Start();
        Assert.Equal(changed, Get(id));
    }

    [Theory]
    [InlineData(JournalFault.Full, RejectionKind.StoreFull, 60)]
    [InlineData(JournalFault.Unavailable, RejectionKind.Unavailable, 60)]
    [InlineData(JournalFault.TooNew, RejectionKind.Unavailable, 60)]
    [InlineData(JournalFault.UnknownNotCommitted, RejectionKind.OutcomeUnknown, 60)]
    [InlineData(JournalFault.UnknownButCommitted, RejectionKind.OutcomeUnknown, 30)]
    public void Change_that_the_store_fails_on_is_made_or_not_and_the_exchange_goes_on(JournalFault fault, RejectionKind kind, int interval)
    {
        var id = Create();
        Node.Advance(1);
        Store.Journal.FailNext(fault);
        Assert.Equal(kind, Rejected(Change(id, new(Interval: Patch.To(30L)))));
        Node.Advance(1);
        Assert.Equal(interval, Get(id).Interval);
        Node.Advance(interval);
        Assert.Equal(2, Store.RunsOf(id).Count);
    }

    [Fact]
    public void Exchange_that_is_not_there_cannot_be_changed() =>
        Assert.Equal(RejectionKind.NotFound, Rejected(Change(7, new(Interval: Patch.To(30L)))));
}
