using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Tests.Harness;
using MarketManager.TestKit;
using Xunit;

namespace MarketManager.Actors.Tests.Exchanges;

public sealed class IdempotencyTests : ExchangeTests
{
    private static readonly IdempotencyKey Key = new("local", "POST /api/exchanges/", "key-1", "aa");
    private static readonly IdempotencyKey OtherBody = Key with { BodyHash = "bb" };

    [Fact]
    public void Repeated_creation_gets_the_first_answer()
    {
        var first = Accepted(CreateKeyed());
        Node.Advance(5);
        Accepted(Change(first.Id, new(Interval: Patch.To(5L))));
        Assert.Equal(first, Accepted(CreateKeyed()));
        Assert.Single(Store.Tables.Exchanges);
    }

    [Fact]
    public void Answer_is_repeated_by_the_next_process()
    {
        var first = Accepted(CreateKeyed());
        Node.Kill();
        Node.Start();
        Assert.Equal(first, Accepted(CreateKeyed()));
    }

    [Fact]
    public void Key_with_another_body_is_rejected()
    {
        Accepted(CreateKeyed());
        Assert.Equal(RejectionKind.Invalid, Rejected(Node.Call(x => x.Create(Draft("other"), OtherBody, default))));
        Assert.Single(Store.Tables.Exchanges);
    }

    [Fact]
    public void Key_of_another_caller_or_route_is_another_key()
    {
        Accepted(CreateKeyed());
        Accepted(Node.Call(x => x.Create(Draft("other"), Key with { Caller = "7" }, default)));
        Accepted(Node.Call(x => x.Create(Draft("third"), Key with { Route = "POST /api/others/" }, default)));
    }

    [Fact]
    public void Rejection_is_repeated_even_when_it_would_no_longer_be_made()
    {
        var other = Create();
        var why = CreateKeyed().Why!;
        Assert.Equal(RejectionKind.Conflict, why.Kind);
        Accepted(Node.Call(x => x.Delete(other, null, default)));
        var repeated = CreateKeyed().Why!;
        Assert.Equal((why.Kind, why.Detail), (repeated.Kind, repeated.Detail));
    }

    [Fact]
    public void Rejection_is_repeated_with_its_fields()
    {
        var why = Node.Call(x => x.Create(Draft(interval: 0), Key, default)).Why!;
        var repeated = Node.Call(x => x.Create(Draft(interval: 0), Key, default)).Why!;
        Assert.Equal(why.Errors!["interval"], repeated.Errors!["interval"]);
    }

    [Fact]
    public void Repeated_run_on_demand_gets_the_first_answer()
    {
        var id = Create(enabled: false);
        var first = Accepted(RunNow(id, Key));
        Node.Advance(5);
        Assert.Equal(first, Accepted(RunNow(id, Key)));
        Assert.Single(Store.RunsOf(id));
    }

    [Fact]
    public void Repeated_change_gets_the_first_answer_whatever_was_changed_since()
    {
        var id = Create(enabled: false);
        var first = Accepted(Node.Call(x => Here(x).Change(id, new(Interval: Patch.To(5L)), null, Key, default)));
        var second = Accepted(Change(id, new(Interval: Patch.To(7L))));

        Assert.Equal(first, Accepted(Node.Call(x => Here(x).Change(id, new(Interval: Patch.To(5L)), null, Key, default))));
        Assert.Equal(second, Accepted(Node.Call(x => x.Get(id, default))));
    }

    [Fact]
    public void Repeated_deletion_gets_the_first_answer()
    {
        var id = Create(enabled: false);
        var first = Accepted(Node.Call(x => Here(x).Delete(id, null, Key, default)));

        Assert.Equal(first, Accepted(Node.Call(x => Here(x).Delete(id, null, Key, default))));
    }

    [Fact]
    public void Change_whose_first_try_is_committed_while_it_is_repeated_is_not_said_to_be_stale()
    {
        var id = Create(enabled: false);
        var version = Get(id).Version;
        var first = Accepted(Node.Call(x => Here(x).Change(id, new(Interval: Patch.To(5L)), version, Key, default)));

        Store.LooksTooEarly = 1;
        Assert.Equal(first, Accepted(Node.Call(x => Here(x).Change(id, new(Interval: Patch.To(5L)), version, Key, default))));
    }

    [Fact]
    public void Deletion_whose_first_try_is_committed_while_it_is_repeated_is_not_said_to_find_nothing()
    {
        var id = Create(enabled: false);
        var first = Accepted(Node.Call(x => Here(x).Delete(id, null, Key, default)));

        Store.LooksTooEarly = 1;
        Assert.Equal(first, Accepted(Node.Call(x => Here(x).Delete(id, null, Key, default))));
    }

    [Fact]
    public void Rejected_run_is_repeated_with_the_id_of_the_run_that_was_going()
    {
        var (id, pass) = CreateRunning();
        var why = RunNow(id, Key).Why!;
        pass.Succeed();
        Node.Run();
        Assert.Equal(why, RunNow(id, Key).Why);
        Assert.Equal(LastRun(id).RunId, why.RunId);
    }

    [Fact]
    public void Repeat_while_the_first_is_under_way_is_rejected()
    {
        Store.Journal.Hold();
        var first = Node.Send(x => x.Create(Draft(), Key, default));
        Node.Run();
        Assert.Equal(RejectionKind.Conflict, Rejected(CreateKeyed()));
        Store.Journal.Release();
        Node.Run();
        Assert.Equal(Accepted(TestNode.Answered(first)), Accepted(CreateKeyed()));
    }

    [Fact]
    public void After_a_day_the_request_is_carried_out_again()
    {
        var id = Create(enabled: false);
        var first = Accepted(RunNow(id, Key));
        Node.Advance(TimeSpan.FromHours(24));
        Assert.Equal(first, Accepted(RunNow(id, Key)));
        Node.Advance(0.001);
        Assert.NotEqual(first, Accepted(RunNow(id, Key)));
    }

    [Theory]
    [InlineData(JournalFault.Full)]
    [InlineData(JournalFault.Unavailable)]
    [InlineData(JournalFault.UnknownNotCommitted)]
    public void Failure_of_the_store_is_not_repeated(JournalFault fault)
    {
        Store.Journal.FailNext(fault);
        Assert.NotNull(CreateKeyed().Why);
        Assert.Equal("binance", Accepted(CreateKeyed()).Name);
        Node.Advance(1);
        Assert.Single(Store.Tables.Exchanges);
    }

    [Fact]
    public void Repeat_after_an_unknown_outcome_tells_what_was_done()
    {
        Store.Journal.FailNext(JournalFault.UnknownButCommitted);
        Assert.Equal(RejectionKind.OutcomeUnknown, Rejected(CreateKeyed()));
        Assert.Equal(1, Accepted(CreateKeyed()).Id);
        Assert.Single(Store.Tables.Exchanges);
    }

    // What another node asks for has a key, whatever it is.
    private static ExchangeGateway Here(IExchangeGateway gateway) => (ExchangeGateway)gateway;

    private Answer<ExchangeView> CreateKeyed() => Node.Call(x => x.Create(Draft(), Key, default));
}
