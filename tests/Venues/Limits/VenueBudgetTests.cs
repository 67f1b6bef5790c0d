using MarketManager.Actors.Runs;
using MarketManager.Actors.Venues;
using MarketManager.TestKit;
using MarketManager.Venues.Limits;

namespace MarketManager.Venues.Tests.Limits;

public class VenueBudgetTests
{
    private const double RateLimit = 50;

    private readonly ManualTime _time = new();

    [Fact]
    public void A_venue_without_weights_is_asked_at_its_spacing()
    {
        var budget = new VenueBudget(new BudgetKey("kraken", ""), _time);
        Assert.True(Ask(budget, cost: 2).IsCompletedSuccessfully);
        var second = Ask(budget);

        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(second.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_venue_with_weights_may_use_its_minute_at_once()
    {
        var budget = new VenueBudget(new BudgetKey("binance", ""), _time);
        var requests = Enumerable.Range(0, 75).Select(_ => Ask(budget, cost: 16)).ToList();
        var oneTooMany = Ask(budget, cost: 16);

        Assert.All(requests, request => Assert.True(request.IsCompletedSuccessfully));
        Assert.Equal(new VenueBudgetStatus(6_000, 6_000, null), budget.Status);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.False(oneTooMany.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(oneTooMany.IsCompletedSuccessfully);
    }

    [Fact]
    public void An_announced_limit_holds_at_once_for_those_who_wait()
    {
        var budget = new VenueBudget(new BudgetKey("sim", ""), _time);
        for (var i = 0; i < 75; i++)
        {
            _ = Ask(budget, cost: 16);
        }

        var waiting = Ask(budget, cost: 16);
        Assert.False(waiting.IsCompleted);
        budget.Announce("api", 10_000_000);

        Assert.True(waiting.IsCompletedSuccessfully);
    }

    [Fact]
    public void What_the_venue_counts_more_is_taken_from_the_budget()
    {
        var budget = new VenueBudget(new BudgetKey("binance", ""), _time);
        _ = Ask(budget, cost: 1);
        budget.Observe("api", 200, usedWeight: 5_990, retryAfter: null);

        Assert.Equal(new VenueBudgetStatus(6_000, 5_990, null), budget.Status);
        Assert.True(Ask(budget, cost: 2).IsCompletedSuccessfully);
        Assert.False(Ask(budget, cost: 1).IsCompleted);
    }

    [Fact]
    public void Parts_of_binance_that_count_apart_do_not_wait_for_each_other()
    {
        var budget = new VenueBudget(new BudgetKey("binance", ""), _time);
        budget.Observe("api", 200, null, null);
        _ = Ask(budget, cost: 1_200);

        Assert.False(Ask(budget).IsCompleted);
        Assert.True(Ask(budget, endpoint: "sapi").IsCompletedSuccessfully);
    }

    [Fact]
    public void Orders_go_before_resynchronisation_and_that_before_polling()
    {
        var budget = new VenueBudget(new BudgetKey("kraken", ""), _time);
        _ = Ask(budget);
        var poll = Ask(budget);
        var resynchronisation = Ask(budget, priority: RequestPriority.Resynchronisation);
        var order = Ask(budget, priority: RequestPriority.Order);

        _time.Advance(TimeSpan.FromMilliseconds(RateLimit));
        Assert.Equal((true, false, false), (order.IsCompleted, resynchronisation.IsCompleted, poll.IsCompleted));
        _time.Advance(TimeSpan.FromMilliseconds(RateLimit));
        Assert.Equal((true, false), (resynchronisation.IsCompleted, poll.IsCompleted));
        _time.Advance(TimeSpan.FromMilliseconds(RateLimit));
        Assert.True(poll.IsCompleted);
    }

    [Theory]
    [InlineData("binance", 429, 7, 7)]
    [InlineData("binance", 418, 300, 300)]
    [InlineData("binance", 429, null, 60)]
    [InlineData("binance", 418, null, 120)]
    [InlineData("kraken", 429, null, 10)]
    public void Too_many_requests_stops_everything_to_the_venue(string venue, int status, int? retryAfter, int stopped)
    {
        var budget = new VenueBudget(new BudgetKey(venue, ""), _time);
        _ = Ask(budget);
        _time.Advance(TimeSpan.FromSeconds(1));
        budget.Observe("api", status, null, retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        var waiting = new[] { Ask(budget), Ask(budget, "sapi", priority: RequestPriority.Order) };

        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromSeconds(stopped), budget.Status!.BlockedUntil);
        _time.Advance(TimeSpan.FromSeconds(stopped) - TimeSpan.FromMilliseconds(1));
        Assert.All(waiting, request => Assert.False(request.IsCompleted));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.All(waiting, request => Assert.True(request.IsCompletedSuccessfully));
        Assert.Null(budget.Status!.BlockedUntil);
    }

    [Fact]
    public void A_shorter_block_does_not_end_a_longer_one()
    {
        var budget = new VenueBudget(new BudgetKey("binance", ""), _time);
        budget.Observe("api", 418, null, TimeSpan.FromSeconds(100));
        budget.Observe("api", 429, null, TimeSpan.FromSeconds(1));
        var waiting = Ask(budget);

        _time.Advance(TimeSpan.FromSeconds(99));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(waiting.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_place_in_the_queue_that_is_given_up_takes_nothing()
    {
        var budget = new VenueBudget(new BudgetKey("kraken", ""), _time);
        using var cancellation = new CancellationTokenSource();
        _ = Ask(budget);
        var givenUp = Ask(budget, cancellationToken: cancellation.Token);
        var next = Ask(budget);
        cancellation.Cancel();

        Assert.True(givenUp.IsCanceled);
        _time.Advance(TimeSpan.FromMilliseconds(RateLimit));
        Assert.True(next.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_request_heavier_than_a_minute_is_refused()
    {
        var error = await Assert.ThrowsAsync<VenueException>(() => Ask(new VenueBudget(new BudgetKey("binance", ""), _time), cost: 1_201));

        Assert.Equal(ErrorKinds.RateLimited, error.Kind);
    }

    [Fact]
    public async Task A_full_queue_refuses_until_someone_has_given_up()
    {
        var budget = new VenueBudget(new BudgetKey("kraken", ""), _time);
        using var cancellation = new CancellationTokenSource();
        _ = Ask(budget);
        for (var i = 0; i < RequestQueue.Capacity; i++)
        {
            _ = Ask(budget, cancellationToken: i == 500 ? cancellation.Token : default);
        }

        var error = await Assert.ThrowsAsync<VenueException>(() => Ask(budget));
        Assert.Equal(ErrorKinds.RateLimited, error.Kind);
        await cancellation.CancelAsync();
        Assert.False(Ask(budget).IsCompleted);
    }

    private static Task Ask(
        VenueBudget budget,
        string endpoint = "api",
        double cost = 1,
        RequestPriority priority = RequestPriority.Polling,
        CancellationToken cancellationToken = default) => budget.Acquire(priority, endpoint, cost, RateLimit, cancellationToken);
}
