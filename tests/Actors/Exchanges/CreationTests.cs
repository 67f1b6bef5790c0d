using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;
using MarketManager.TestKit;
using Xunit;

namespace MarketManager.Actors.Tests.Exchanges;

public sealed class CreationTests : ExchangeTests
{
    [Fact]
    public void First_run_starts_within_a_second()
    {
        var id = Create();
        Node.Advance(1);

        var run = Assert.Single(Store.RunsOf(id));
        Assert.Equal((RunTrigger.Interval, RunState.Succeeded, 0L), (run.Trigger, run.State, run.Slot!.Value));
        Assert.InRange(run.Started - Get(id).Created, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Run_shows_what_it_brought()
    {
        var id = Create();
        Node.Advance(1);

        var shown = Get(id);
        Assert.Equal((3000m, "BTC-ETH", 20m), (shown.Volume, shown.TopPair, shown.TopPairVolume));
        Assert.Equal((ExchangeCondition.Idle, LastRun(id).Ended), (shown.Status.State, shown.LastUpdate));
        Assert.Equal(["BTC/USD", "ETH/BTC"], Store.Tables.Markets[id].Markets.Select(market => market.Symbol));
        Assert.Equal(new RunTally(2, 2), LastRun(id).Tally);
    }

    [Fact]
    public void What_the_client_leaves_out_comes_from_the_catalog()
    {
        var created = Accepted(Node.Call(x => x.Create(new NewExchange(Tenant.Default, "Kraken"), null, default)));
        Assert.Equal(
            ("Kraken", "kraken", "kraken", true, 60, "{}"),
            (created.Name, created.Slug, created.Venue, created.Enabled, created.Interval, created.Options));
        Assert.Equal(
            ("https://kraken.test", "https://api.kraken.test", "https://kraken.test/logo.png"), (created.Url, created.ApiUrl, created.Logo));
        Assert.Equal((1L, Node.Now, Node.Now), (created.Version, created.Created, created.Updated));
    }

    [Fact]
    public void Venue_that_is_not_known_is_rejected_with_the_nearest_one()
    {
        var why = Node.Call(x => x.Create(new NewExchange(Tenant.Default, "binanse"), null, default)).Why!;
        Assert.Equal(RejectionKind.Invalid, why.Kind);
        Assert.Contains("did you mean 'binance'?", Assert.Single(why.Errors!["venue"]), StringComparison.Ordinal);
        Assert.Equal(0, Node.Exchanges.Directory.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(604_801)]
    [InlineData(1_000_000_000_000)]
    public void Interval_that_is_not_allowed_is_rejected(long interval)
    {
        var why = Node.Call(x => x.Create(Draft(interval: interval), null, default)).Why!;
        Assert.Equal((RejectionKind.Invalid, "interval"), (why.Kind, Assert.Single(why.Errors!.Keys)));
    }

    [Fact]
    public void Disabled_exchange_is_not_run_by_itself()
    {
        var id = Create(enabled: false);
        Node.Advance(600);
        Assert.Empty(Store.RunsOf(id));
        Assert.Equal((ExchangeCondition.Disabled, null), (Get(id).Status.State, Get(id).Status.NextRun));
    }

    [Fact]
    public void Taken_slug_gets_a_number()
    {
        Create("My Kraken");
        Create("my-kraken");
        Create("my.kraken");
        Assert.Equal(["my-kraken", "my-kraken-2", "my-kraken-3"], Store.Tables.Exchanges.Values.Select(x => x.Slug));
    }

    [Fact]
    public void Slugs_that_are_made_at_once_differ()
    {
        Store.Journal.Hold();
        var answers = new[] { "a b", "a-b", "a.b", "a_b" }.Select(name => Node.Send(x => x.Create(Draft(name), null, default))).ToList();
        Node.Run();
        Assert.Equal(4, Store.Journal.Held);
        Store.Journal.Release();
        Node.Run();

        Assert.Equal(["a-b", "a-b-2", "a-b-3", "a-b-4"], answers.Select(a => Accepted(Harness.TestNode.Answered(a)).Slug).Order());
    }

    [Fact]
    public void Of_eight_creations_of_one_name_one_succeeds()
    {
        Store.Journal.Hold();
        var answers = Enumerable.Range(0, 8)
            .Select(i => Node.Send(x => x.Create(Draft(i % 2 == 0 ? "Same" : "sAME"), null, default))).ToList();
        Node.Run();
        Store.Journal.Release();
        Node.Run();

        var outcomes = answers.Select(Harness.TestNode.Answered).ToList();
        Assert.Single(outcomes, answer => answer.Value is not null);
        Assert.All(outcomes.Where(answer => answer.Value is null), answer => Assert.Equal(RejectionKind.Conflict, answer.Why!.Kind));
        Assert.Equal((1, 1), (Store.Tables.Exchanges.Count, Node.Exchanges.Directory.Count));
    }

    [Theory]
    [InlineData(JournalFault.Full, RejectionKind.StoreFull)]
    [InlineData(JournalFault.Unavailable, RejectionKind.Unavailable)]
    [InlineData(JournalFault.UnknownNotCommitted, RejectionKind.OutcomeUnknown)]
    public void Creation_that_the_store_does_not_take_leaves_nothing(JournalFault fault, RejectionKind kind)
    {
        Store.Journal.FailNext(fault);
        Assert.Equal(kind, Rejected(Node.Call(x => x.Create(Draft(), null, default))));
        Node.Advance(5);
        Assert.Equal((0, 0), (Store.Tables.Exchanges.Count, Node.Exchanges.Directory.Count));
        Assert.Equal(RejectionKind.NotFound, Rejected(Node.Call(x => x.Get(1, default))));

        Create();
    }

    [Fact]
    public void Creation_that_the_store_took_without_an_answer_lives()
    {
        Store.Journal.FailNext(JournalFault.UnknownButCommitted);
        Assert.Equal(RejectionKind.OutcomeUnknown, Rejected(Node.Call(x => x.Create(Draft(), null, default))));
        Node.Advance(5);
        Assert.Equal(RunState.Succeeded, LastRun(1).State);
        Assert.Equal("binance", Get(1).Name);
    }

    [Fact]
    public void Store_that_gives_no_id_is_told_as_away()
    {
        Store.IsAway = true;
        Assert.Equal(RejectionKind.Unavailable, Rejected(Node.Call(x => x.Create(Draft(), null, default))));
    }

    [Fact]
    public void Ids_are_not_used_again()
    {
        var first = Create();
        Accepted(Node.Call(x => x.Delete(first, null, default)));
        Assert.NotEqual(first, Create());
    }
}
