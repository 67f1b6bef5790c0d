using MarketManager.Actors.Venues;
using MarketManager.TestKit;
using MarketManager.TestKit.Cluster;
using MarketManager.Venues.Limits;

namespace MarketManager.Venues.Tests.Limits;

/// <summary>Several nodes, one ledger, one venue that allows 1,200 a minute.</summary>
public class SharedBudgetTests
{
    private const double Limit = 1_200;
    private static readonly BudgetKey Venue = new("binanceus", "");
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private readonly ManualTime _time = new();
    private readonly FakeBudgetLedger _ledger;

    public SharedBudgetTests()
    {
        SynchronizationContext.SetSynchronizationContext(null); // what waits for a timer goes on within it
        _ledger = new FakeBudgetLedger(_time);
    }

    [Fact]
    public void A_node_that_is_alone_gets_the_whole_minute_with_few_claims()
    {
        var budget = Node().Of(Venue);
        var requests = Enumerable.Range(0, 1_200).Select(_ => Ask(budget)).ToList();
        var oneTooMany = Ask(budget);

        Assert.All(requests, request => Assert.True(request.IsCompletedSuccessfully));
        Assert.False(oneTooMany.IsCompleted);
        Assert.InRange(_ledger.Claims.Count, 5, 40);
        _time.Advance(TimeSpan.FromSeconds(67));
        Assert.True(oneTooMany.IsCompletedSuccessfully);
        Assert.Equal(BudgetSharing.Shared, budget.Status!.Sharing);
    }

    [Fact]
    public async Task A_node_that_asks_nothing_knows_what_the_others_used_and_until_when_the_venue_is_to_be_left_alone()
    {
        var (asks, looks, elsewhere) = (Node(), Node(), new VenueBudgets(_time, new ClusterBudgets(_ledger, "elsewhere")));
        _ = Ask(asks.Of(Venue));
        Assert.Equal(new VenueBudgetStatus(Limit, 1, null) { Sharing = BudgetSharing.Shared }, await Status(looks));
        Assert.Null(await Status(elsewhere));

        asks.Of(Venue).Observe("api", 429, null, TimeSpan.FromSeconds(30));
        Assert.Null((await Status(looks))!.BlockedUntil); // a second long, what was seen will do
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromSeconds(29), (await Status(looks))!.BlockedUntil);
        Assert.Equal((await Status(looks))!.BlockedUntil, (await Status(asks))!.BlockedUntil);

        _ledger.IsDown = true;
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await Status(looks));
        Assert.NotNull(await Status(asks));

        static async Task<VenueBudgetStatus?> Status(VenueBudgets budgets) =>
            (await budgets.Status(_ => 50, CancellationToken.None)).GetValueOrDefault("binanceus");
    }

    [Fact]
    public void Steady_requests_cost_a_claim_every_few_seconds()
    {
        var budget = Node().Of(Venue);
        for (var i = 0; i < 600; i++)
        {
            Assert.True(Ask(budget).IsCompletedSuccessfully);
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.InRange(_ledger.Claims.Count, 12, 24);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Nodes_never_ask_more_than_the_limit_together_and_each_request_has_its_turn(int seed)
    {
        var random = new Random(seed);
        _ledger.Delay = () => TimeSpan.FromMilliseconds(random.Next(150));
        var nodes = Enumerable.Range(0, 1 + random.Next(5)).Select(_ => Node().Of(Venue)).ToList();
        var waiting = new List<(Task Turn, double Cost)>();
        var gone = new List<(TimeSpan At, double Cost)>();
        var (now, asked) = (TimeSpan.Zero, 0d);
        var stepsAt = TimeSpan.FromSeconds(random.Next(200));
        while (now < TimeSpan.FromSeconds(100) || waiting.Count > 0)
        {
            // As long as it takes to ask so much, and once more the time that a step of the ledger's clock may cost.
            Assert.True(now < TimeSpan.FromSeconds(100 + (66 * 3.5)), $"{waiting.Count} requests wait in vain");
            if (now < TimeSpan.FromSeconds(100) && asked < 2.5 * Limit && random.Next(4) == 0)
            {
                var cost = random.Next(10) == 0 ? 1 + random.Next(200) : 1 + random.Next(10);
                waiting.Add((Ask(nodes[random.Next(nodes.Count)], cost), cost));
                asked += cost;
            }

            _ledger.Offset = now > stepsAt ? TimeSpan.FromHours(-1) : TimeSpan.Zero;
            _time.Advance(Step);
            now += Step;
            gone.AddRange(waiting.Where(request => request.Turn.IsCompleted).Select(request => (now, request.Cost)));
            waiting.RemoveAll(request => request.Turn.IsCompleted);
        }

        var window = TimeSpan.FromSeconds(60) - Step;
        var most = gone.Max(first => gone.Where(request => request.At >= first.At && request.At <= first.At + window).Sum(request => request.Cost));
        Assert.InRange(most, 1, Limit);
    }

    [Fact]
    public void A_request_heavier_than_a_slice_takes_exactly_what_it_weighs()
    {
        Assert.True(Ask(Node().Of(Venue), 1_100).IsCompletedSuccessfully);
        Assert.True(Ask(Node().Of(Venue), 100).IsCompletedSuccessfully);
        Assert.False(Ask(Node().Of(Venue), 1).IsCompleted);
    }

    [Fact]
    public void A_block_that_one_node_is_told_stops_all_of_them_for_that_long()
    {
        var (one, other, late) = (Node().Of(Venue), Node().Of(Venue), Node().Of(Venue));
        Assert.True(Ask(one).IsCompletedSuccessfully);
        Assert.True(Ask(other).IsCompletedSuccessfully);
        Assert.True(Ask(other).IsCompletedSuccessfully); // holds a slice now
        one.Observe("api", 429, null, TimeSpan.FromSeconds(5));
        var waiting = new[] { one, other, late, Node().Of(Venue) }.Select(node => Ask(node)).ToList();

        _time.Advance(TimeSpan.FromMilliseconds(4_999));
        Assert.DoesNotContain(waiting, request => request.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1_001));
        Assert.All(waiting, request => Assert.True(request.IsCompletedSuccessfully));
    }

    [Fact]
    public void A_block_of_another_address_stops_nobody()
    {
        var (here, elsewhere) = (Node().Of(Venue), Node("elsewhere").Of(Venue));
        elsewhere.Observe("api", 418, null, TimeSpan.FromSeconds(100));

        Assert.True(Ask(here).IsCompletedSuccessfully);
        Assert.False(Ask(elsewhere).IsCompleted);
    }

    [Fact]
    public void Without_the_ledger_a_node_spends_what_it_holds_then_waits_and_says_so()
    {
        var budget = Node().Of(Venue);
        Assert.True(Ask(budget).IsCompletedSuccessfully);
        Assert.True(Ask(budget, 10).IsCompletedSuccessfully);
        Assert.True(Ask(budget, 1).IsCompletedSuccessfully); // of a slice of 11
        _ledger.IsDown = true;
        Assert.True(Ask(budget, 10).IsCompletedSuccessfully);
        var waiting = Ask(budget);

        Assert.False(waiting.IsCompleted);
        Assert.Equal(BudgetSharing.Away, budget.Status!.Sharing);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.False(waiting.IsCompleted);
        _ledger.IsDown = false;
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(waiting.IsCompletedSuccessfully);
        Assert.Equal(BudgetSharing.Shared, budget.Status!.Sharing);
    }

    [Fact]
    public void A_slice_expires()
    {
        var budget = Node().Of(Venue);
        _ = Ask(budget);
        _ = Ask(budget);
        _ledger.IsDown = true;
        _time.Advance(IBudgetLedger.Validity);

        Assert.False(Ask(budget).IsCompleted);
    }

    [Fact]
    public void What_has_expired_is_given_back_with_the_next_claim()
    {
        var budget = Node().Of(Venue);
        _ = Ask(budget, 100);
        _ = Ask(budget, 10); // of a slice of 100
        _time.Advance(IBudgetLedger.Validity);
        _ = Ask(budget, 50);

        Assert.Equal(90, Assert.Single(_ledger.Claims[^1].Returned).Weight);
        Assert.Equal(160, budget.Status!.Used);
    }

    [Fact]
    public void A_limit_that_one_node_was_told_holds_for_the_others()
    {
        var (one, other) = (Node().Of(new BudgetKey("binance", "")), Node().Of(new BudgetKey("binance", "")));
        _ = Ask(one);
        one.Announce("api", 150);
        _ = Ask(one, 2);

        Assert.False(Ask(other, 28).IsCompleted);
        Assert.Equal((150d, 15d), (other.Status!.Limit, other.Status!.Used));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_limit_that_cannot_be_meant_stops_no_node(double limit)
    {
        var (one, other) = (Node().Of(Venue), Node().Of(Venue));
        _ = Ask(one);
        one.Announce("api", limit);

        Assert.True(Ask(one, 80).IsCompletedSuccessfully);
        Assert.True(Ask(other, 80).IsCompletedSuccessfully);
        Assert.Equal(Limit, other.Status!.Limit);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_count_that_is_no_number_keeps_nobody_from_claiming(double counted)
    {
        var budget = Node().Of(Venue);
        _ = Ask(budget);
        budget.Observe("api", 200, counted, null);
        _time.Advance(TimeSpan.FromSeconds(20));

        Assert.True(Ask(budget, 80).IsCompletedSuccessfully);
        Assert.Equal(BudgetSharing.Shared, budget.Status!.Sharing);
    }

    [Fact]
    public void What_the_venue_counts_besides_is_told_to_the_others()
    {
        var (one, other) = (Node().Of(Venue), Node().Of(Venue));
        _ = Ask(one);
        _time.Advance(TimeSpan.FromSeconds(2));
        one.Observe("api", 200, 1_190, null);

        Assert.False(Ask(other, 11).IsCompleted);
        Assert.True(Ask(other, 10).IsCompleted is false); // first come, first served
        Assert.Equal(1_190, one.Status!.Used);
    }

    [Fact]
    public void Requests_that_are_to_be_apart_are_so_from_all_nodes()
    {
        var kraken = new BudgetKey("kraken", "");
        var requests = Enumerable.Range(0, 3).Select(_ => Node().Of(kraken).Acquire(RequestPriority.Polling, "", 1, 1_000, default)).ToList();

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(i + 1, requests.Count(request => request.IsCompleted));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void An_order_goes_first_with_what_was_promised_to_a_poll()
    {
        var budget = Node().Of(Venue);
        _ = Ask(budget, Limit);
        var poll = Ask(budget, 20);
        var order = budget.Acquire(RequestPriority.Order, "api", 20, 50, default);
        _ledger.Delay = () => TimeSpan.FromSeconds(1);
        _time.Advance(TimeSpan.FromSeconds(66));

        Assert.Equal((true, false), (order.IsCompleted, poll.IsCompleted));
    }

    private VenueBudgets Node(string egress = "default") => new(_time, new ClusterBudgets(_ledger, egress));

    private static Task Ask(VenueBudget budget, double cost = 1) => budget.Acquire(RequestPriority.Polling, "api", cost, 50, default);
}
