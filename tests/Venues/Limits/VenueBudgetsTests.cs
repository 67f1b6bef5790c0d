using MarketManager.Actors.Venues;
using MarketManager.TestKit;
using MarketManager.Venues.Limits;

namespace MarketManager.Venues.Tests.Limits;

public class VenueBudgetsTests
{
    private static readonly TimeSpan Forgetting = TimeSpan.FromMinutes(92); // 90, the next sweep, and what has counted since
    private static readonly BudgetKey Own = new("binance", "");
    private static readonly BudgetKey Proxied = new("binance", "proxy.example:3128");

    private readonly ManualTime _time = new();
    private readonly VenueBudgets _budgets;

    public VenueBudgetsTests() => _budgets = new VenueBudgets(_time);

    [Fact]
    public async Task A_venues_status_is_that_of_its_address_closest_to_the_limit()
    {
        Assert.Null(await StatusOf("binance"));
        _ = Ask(Own, cost: 1);
        _ = Ask(Proxied, cost: 100);
        _ = Ask(new BudgetKey("binance@127.0.0.1:8090", ""), cost: 50);
        _ = Ask(new BudgetKey("binanceus", ""), cost: 1_000);

        Assert.Equal(new VenueBudgetStatus(6_000, 500, null), await StatusOf("binance"));
    }

    [Fact]
    public void A_block_holds_for_the_address_that_was_blocked_and_for_no_other()
    {
        _budgets.Of(Proxied).Observe("api", 429, null, TimeSpan.FromSeconds(30));

        Assert.False(Ask(Proxied).IsCompleted);
        Assert.True(Ask(Own).IsCompletedSuccessfully);
    }

    [Fact]
    public void Whatever_is_asked_in_whatever_order_no_key_gets_more_than_a_minute_allows()
    {
        var random = new Random(20_261_121);
        BudgetKey[] keys = [Own, Proxied, new("binance@127.0.0.1:8090", ""), new("binance@127.0.0.1:8090", "proxy.example:3128")];
        var granted = keys.ToDictionary(key => key, _ => 0);
        for (var i = 0; i < 400; i++)
        {
            var key = keys[random.Next(keys.Length)];
            granted[key] += Ask(key with { }, cost: 30).IsCompletedSuccessfully ? 150 : 0;
            _time.Advance(TimeSpan.FromMilliseconds(random.Next(150))); // less than a minute in all
        }

        Assert.All(granted, pair => Assert.Equal(6_000, pair.Value));
    }

    [Fact]
    public void Ever_new_proxies_do_not_pile_up()
    {
        for (var i = 0; i < 1_000; i++)
        {
            _ = Ask(Proxied with { Egress = $"proxy-{i}.example:3128" });
        }

        Assert.Equal(1_000, _budgets.All().Count);
        _time.Advance(Forgetting);
        _ = Ask(Own);

        Assert.Equal(("binance", new VenueBudgetStatus(6_000, 5, null)), Assert.Single(_budgets.All()));
    }

    [Fact]
    public async Task A_budget_in_use_is_kept_with_the_limit_that_the_venue_announced()
    {
        _ = Ask(Own);
        _budgets.Of(Own).Announce("api", 1_200);
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(89));
            _ = Ask(Proxied);
            _ = Ask(Own);
        }

        Assert.Equal(1_200, (await StatusOf("binance"))!.Limit);
    }

    [Fact]
    public void A_block_is_not_forgotten_before_it_ends()
    {
        _ = Ask(Own);
        _budgets.Of(Own).Observe("api", 418, null, TimeSpan.FromHours(3));
        _time.Advance(Forgetting);
        _ = Ask(Proxied);

        Assert.False(Ask(Own).IsCompleted);
    }

    [Fact]
    public void A_request_that_waits_keeps_its_budget()
    {
        var spaced = new BudgetKey("kraken", "");
        _ = Ask(spaced, rateLimit: TimeSpan.FromHours(4).TotalMilliseconds);
        var waiting = Ask(spaced);
        _time.Advance(TimeSpan.FromHours(2));
        _ = Ask(Proxied);

        Assert.Equal(2, _budgets.All().Count);
        Assert.False(Ask(spaced).IsCompleted);
        _time.Advance(TimeSpan.FromHours(2));
        Assert.True(waiting.IsCompletedSuccessfully);
    }

    [Fact]
    public void Spacing_that_still_holds_is_not_forgotten_though_nobody_waits()
    {
        var spaced = new BudgetKey("kraken", "");
        _ = Ask(spaced, rateLimit: TimeSpan.FromHours(4).TotalMilliseconds);
        _time.Advance(TimeSpan.FromHours(2));
        _ = Ask(Proxied);

        Assert.False(Ask(spaced).IsCompleted);
    }

    private async Task<VenueBudgetStatus?> StatusOf(string venue) =>
        (await _budgets.Status(_ => null, CancellationToken.None)).GetValueOrDefault(venue);

    private Task Ask(BudgetKey key, double cost = 1, double rateLimit = 50) =>
        _budgets.Of(key).Acquire(RequestPriority.Polling, "api", cost, rateLimit, default);
}
