using FsCheck;
using FsCheck.Fluent;
using MarketManager.Actors.Venues;
using MarketManager.Cluster.Budgets;

namespace MarketManager.Cluster.Tests.Budgets;

public class BudgetBookTests
{
    private const double Limit = 600;
    private const double Noon = 1_768_478_400.25;
    private static readonly BudgetAccount Account = new("binance", "default", "api");

    private BudgetBook _book = BudgetBook.Empty;

    /// <summary>A claim, that long after the one before, by one of a few takers; the store's clock steps before it.</summary>
    private sealed record Event(double After, int Taker, double Least, double Want, double Step, double Spent);

    private sealed record Slice(int Taker, BudgetGrant Grant, double From, double Until, double Weight)
    {
        public double Weight { get; set; } = Weight;
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3600, 1)]
    [InlineData(-3600, 0)]
    public void Whoever_claims_and_when_and_however_the_clock_steps_no_60_seconds_can_see_more_than_the_limit(double step, double tolerance) =>
        Properties.Hold(
            Events(step).ListOf(80),
            events => Most(events, 60 - (tolerance * events.Count(item => item.Step > 0))) <= Limit + 1e-6);

    [Theory]
    [InlineData(0.0, null)]
    [InlineData(10.0, null)]
    [InlineData(null, 0.0)]
    [InlineData(300.0, -1.0)]
    public void Limit_that_nobody_can_mean_is_not_kept_nor_gone_by(double? kept, double? announced)
    {
        var book = BudgetBook.Empty with { Limit = kept };

        var (next, grant) = book.Take(Claim(80, 80) with { Announced = announced }, Noon, TimeSpan.Zero);

        Assert.Equal((kept is 300 ? 300 : null, kept is 300 ? 300 : Limit, 80d), (next.Limit, grant.Limit, grant.Weight));
    }

    [Fact]
    public void Everyone_who_claims_again_and_again_is_served() => Properties.Hold(Events(0).ListOf(80), events =>
    {
        var book = BudgetBook.Empty;
        var clock = Noon;
        foreach (var item in events)
        {
            clock += item.After;
            (book, _) = book.Take(Claim(item.Least, item.Want), clock, TimeSpan.Zero);
        }

        // What is promised ends at the horizon: who comes back as told, with all that there is to be had, has it at the third try.
        for (var i = 0; i < 3; i++)
        {
            (book, var grant) = book.Take(Claim(Limit, Limit), clock, TimeSpan.Zero);
            if (grant.Weight == Limit)
            {
                return true;
            }

            clock += grant.Wait.TotalSeconds;
        }

        return false;
    });

    [Fact]
    public void One_who_is_alone_gets_the_whole_minute_at_once()
    {
        Assert.Equal((200, 0), Take(200, 200));
        Assert.Equal((400, 0), Take(200, 400));
        Assert.Equal((200, 65.75), Take(200, 400));
    }

    [Fact]
    public void What_does_not_fit_is_promised_for_when_it_does_and_is_not_overtaken()
    {
        Assert.Equal((500, 0), Take(500, 500));
        Assert.Equal((300, 65.75), Take(300, 600));
        Assert.Equal((1, 65.75), Take(1, 600));
    }

    [Fact]
    public void A_request_past_the_horizon_is_told_when_to_come_again()
    {
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(Limit, Take(Limit, Limit).Weight);
        }

        Assert.Equal((0, 60), Take(Limit, Limit));
    }

    [Fact]
    public void What_the_venue_counts_besides_is_in_the_book()
    {
        Take(100, 100);
        var grant = Ask(Claim(0, 0) with { Reported = 250 });

        Assert.Equal((0, 250), (grant.Weight, grant.Used));
        Assert.Equal((350, 0), Take(1, 600));
        Assert.Equal(600, Ask(Claim(0, 0) with { Reported = 599 }).Used);
    }

    [Fact]
    public void What_comes_back_unspent_is_there_for_others()
    {
        var grant = Ask(Claim(1, 600));
        var later = Ask(Claim(0, 0) with { Returned = [new Unspent(grant.Second, 550)] }, after: 6);

        Assert.Equal(50, later.Used);
        Assert.Equal((550, 0), Take(1, 600));
        Assert.Equal(600, Ask(Claim(0, 0) with { Returned = [new Unspent(grant.Second - 66, 1), new Unspent(grant.Second + 500, 1)] }).Used);
    }

    [Fact]
    public void A_limit_that_one_was_told_holds_for_all()
    {
        Ask(Claim(1, 1) with { Announced = 150 });
        var grant = Ask(Claim(10, 600));

        Assert.Equal((149, 150), (grant.Weight, grant.Limit));
        Assert.Equal(0, Ask(Claim(151, 151)).Weight);
    }

    [Fact]
    public void A_venue_that_is_to_be_left_alone_grants_nothing()
    {
        var (book, grant) = _book.Take(Claim(10, 10), Noon, TimeSpan.FromSeconds(7));

        Assert.Equal((0, 0, TimeSpan.FromSeconds(7)), (grant.Weight, grant.Used, grant.Blocked));
        Assert.Equal(10, book.Take(Claim(10, 10), Noon + 7, TimeSpan.Zero).Grant.Weight);
    }

    [Fact]
    public void Requests_that_are_to_be_apart_get_a_time_each()
    {
        var claim = Claim(1, 1) with { Spacing = TimeSpan.FromSeconds(2) };

        Assert.Equal([0d, 2d, 4d], Enumerable.Range(0, 3).Select(_ => Ask(claim).Wait.TotalSeconds));
        Assert.Equal(4.5, Ask(claim, after: 1.5).Wait.TotalSeconds);
        Assert.Equal((3, 0), Take(1, 3, claim.Spacing, after: 60));
        Assert.Equal((1, 6), Take(1, 1, claim.Spacing));
    }

    [Fact]
    public void A_book_is_read_as_it_was_written()
    {
        Take(300, 400);
        Take(300, 400);
        var read = BudgetBook.Parse(_book.ToText());

        Assert.Equal(_book.ToText(), read.ToText());
        Assert.Equal(_book.Weights, read.Weights);
    }

    private static Gen<Event> Events(double step) =>
        from after in Gen.Choose(0, 12_000)
        from isQuick in Gen.Choose(0, 2)
        from taker in Gen.Choose(0, 2)
        from least in Gen.Choose(1, 150)
        from more in Gen.Choose(0, 200)
        from isStep in Gen.Choose(0, 30)
        from spent in Gen.Choose(0, 100)
        select new Event(
            isQuick == 0 ? after / 1000d : after / 50_000d, taker, least, least + more, isStep == 0 ? step : 0, spent / 100d);

    /// <summary>The most that can be spent within some seconds, if everyone spends each grant at the worst moment.</summary>
    private static double Most(IEnumerable<Event> events, double seconds)
    {
        var book = BudgetBook.Empty;
        var (now, offset) = (1d, Noon);
        var grants = new List<Slice>();
        var last = new Dictionary<int, (double Clock, double At)>();
        foreach (var taker in new[] { 0, 1, 2 })
        {
            Ask(taker, 1, 1, 1);
        }

        foreach (var item in events)
        {
            (now, offset) = (now + item.After, offset + item.Step);
            Ask(item.Taker, item.Least, item.Want, item.Spent);
        }

        return grants.Max(end => grants.Where(grant => grant.From < end.Until + seconds && grant.Until >= end.Until).Sum(grant => grant.Weight));

        void Ask(int taker, double least, double want, double spent)
        {
            var returned = new List<Unspent>();
            foreach (var slice in grants.Where(slice => slice.Taker == taker && slice.Until <= now && slice.Weight == slice.Grant.Weight))
            {
                returned.Add(new Unspent(slice.Grant.Second, slice.Weight * (1 - spent)));
                slice.Weight *= spent;
            }

            LastClaim? before = last.TryGetValue(taker, out var claimed) ? new(claimed.Clock, TimeSpan.FromSeconds(now - claimed.At)) : null;
            (book, var grant) = book.Take(Claim(least, want) with { Last = before, Returned = returned }, now + offset, TimeSpan.Zero);
            last[taker] = (grant.Clock, now);
            var from = now + grant.Wait.TotalSeconds;
            grants.Add(new Slice(taker, grant, from, from + IBudgetLedger.Validity.TotalSeconds, grant.Weight));
        }
    }

    private static BudgetClaim Claim(double least, double want) => new(Account, least, want, Limit);

    private (double Weight, double Wait) Take(double least, double want, TimeSpan? spacing = null, double after = 0)
    {
        var grant = Ask(Claim(least, want) with { Spacing = spacing }, after);
        return (grant.Weight, grant.Wait.TotalSeconds);
    }

    private BudgetGrant Ask(BudgetClaim claim, double after = 0)
    {
        (_book, var grant) = _book.Take(claim, Math.Max(_book.At, Noon) + after, TimeSpan.Zero);
        return grant;
    }
}
