using MarketManager.Actors.Runs;
using MarketManager.Actors.Venues;
using MarketManager.Simulator;
using MarketManager.Venues.Ccxt;
using MarketManager.Venues.Tests.Support;

namespace MarketManager.Venues.Tests.Ccxt;

/// <summary>Gathering with a real worker from a simulated venue.</summary>
public class GatherTests : IAsyncLifetime
{
    private SimulatorServer _simulator = null!;
    private SimulatorControl _control = null!;
    private CcxtVenues _venues = null!;

    public async Task InitializeAsync()
    {
        _simulator = await SimulatorServer.Start(new SimulatorOptions { Symbols = 50 }, TimeProvider.System);
        _control = new SimulatorControl(_simulator.Address);
        _venues = TestVenues.Start(simulator: _simulator.Address);
    }

    public async Task DisposeAsync()
    {
        await _venues.DisposeAsync();
        await _simulator.DisposeAsync();
    }

    [Fact]
    public async Task Markets_and_tickers_of_a_venue_are_gathered()
    {
        var gathered = await _venues.GatherSim();

        Assert.Equal(50, gathered.Markets.Count);
        Assert.Equal(50, gathered.Tickers.Count);
        Assert.Equal(0, gathered.Rejected);
        Assert.All(gathered.Markets, market => Assert.Equal(
            ("spot", $"{market.Base}/{market.Quote}", false), (market.Type, market.Symbol, market.Contract)));
        Assert.All(gathered.Tickers, ticker => Assert.True(ticker is { Last: > 0, Bid: > 0, Ask: > 0, QuoteVolume: > 0, At: not null }));
    }

    [Fact]
    public async Task Markets_are_loaded_once_and_are_the_same_list_until_they_change()
    {
        var first = await _venues.GatherSim();
        var second = await _venues.GatherSim();

        Assert.Same(first.Markets, second.Markets);
        Assert.Equal(1, await _control.Requests(SimulatorControl.Markets));
        Assert.Equal(2, await _control.Requests(SimulatorControl.Tickers));
    }

    [Fact]
    public async Task A_new_worker_loads_the_markets_again_and_they_are_still_the_same_list()
    {
        var first = await _venues.GatherSim();
        var pid = await _venues.NextPid();
        await OtherProcess.Signal(pid, "KILL");
        await _venues.NextPid(before: pid);
        var second = await _venues.GatherSim();

        Assert.Same(first.Markets, second.Markets);
        Assert.Equal(2, await _control.Requests(SimulatorControl.Markets));
    }

    [Fact]
    public async Task Only_wanted_markets_are_gathered()
    {
        var all = await _venues.GatherSim();
        var quote = all.Markets[0].Quote;
        var symbol = all.Markets[7].Symbol;

        var ofQuote = await _venues.GatherSim($$$"""{"markets":{"quotes":["{{{quote}}}"]}}""");
        var ofSymbol = await _venues.GatherSim($$$"""{"markets":{"symbols":["{{{symbol}}}"]}}""");

        Assert.Equal(all.Markets.Where(market => market.Quote == quote), ofQuote.Markets);
        Assert.Equal(symbol, Assert.Single(ofSymbol.Markets).Symbol);
        Assert.Equal(symbol, Assert.Single(ofSymbol.Tickers).Symbol);
    }

    [Fact]
    public async Task A_wanted_symbol_that_is_not_there_is_an_error_that_does_not_pass()
    {
        var error = await Failure("""{"markets":{"symbols":["NO/SUCH"]}}""");

        Assert.Equal(ErrorKinds.BadSymbol, error.Kind);
        Assert.Contains("NO/SUCH", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"error","status":503}""", ErrorKinds.VenueUnavailable)]
    [InlineData("""{"kind":"malformed"}""", ErrorKinds.BadResponse)]
    [InlineData("""{"kind":"truncated"}""", ErrorKinds.BadResponse)]
    [InlineData("""{"kind":"reset"}""", ErrorKinds.Network)]
    public async Task A_fault_of_the_venue_has_its_kind_and_passes_with_it(string fault, string kind)
    {
        await _venues.GatherSim();
        await _control.Order(fault);
        var error = await Failure();
        await _control.Order();

        Assert.Equal(kind, error.Kind);
        Assert.Equal(50, (await _venues.GatherSim()).Tickers.Count);
    }

    [Fact]
    public async Task Half_an_answer_is_not_taken_for_one()
    {
        await _venues.GatherSim();
        await _control.Order("""{"kind":"truncated"}""");

        Assert.Contains("malformed JSON", (await Failure()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_venue_that_does_not_answer_is_a_timeout()
    {
        await _control.Order("""{"kind":"hang"}""");

        Assert.Equal(ErrorKinds.Timeout, (await Failure("""{"ccxt":{"timeout":300}}""")).Kind);
    }

    [Fact]
    public async Task Absurd_values_become_null_and_are_counted()
    {
        await _venues.GatherSim();
        await _control.Order("""{"kind":"absurd"}""");
        var gathered = await _venues.GatherSim();

        Assert.True(gathered.Rejected > 0);
        Assert.Contains(gathered.Tickers, ticker => ticker is { Last: null, Bid: null, Ask: null });
        Assert.Equal(50, gathered.Markets.Count);
    }

    [Fact]
    public async Task A_fault_while_markets_are_loaded_is_not_remembered()
    {
        await _control.Order($$"""{"kind":"error","path":"{{SimulatorControl.Markets}}","count":1}""");

        Assert.Equal(ErrorKinds.VenueUnavailable, (await Failure()).Kind);
        Assert.Equal(50, (await _venues.GatherSim()).Markets.Count);
    }

    [Fact]
    public async Task Too_many_requests_stops_all_feeds_of_the_venue_for_as_long_as_it_says()
    {
        await _venues.GatherSim();
        await _control.Order("""{"kind":"rate_limit","retry_after":2,"count":1}""");
        var error = await Failure();
        var blocked = (await _venues.Catalog.Budgets(CancellationToken.None))["sim"];
        var other = _venues.GatherSim("""{"markets":{"max_symbols":7}}""");

        Assert.Equal((ErrorKinds.RateLimited, TimeSpan.FromSeconds(2)), (error.Kind, error.RetryAfter));
        Assert.NotNull(blocked.BlockedUntil);
        Assert.Equal(50, (await other).Tickers.Count);
        Assert.True(TimeProvider.System.GetUtcNow() >= blocked.BlockedUntil);
    }

    [Fact]
    public async Task The_budget_tells_what_was_used_of_what_the_venue_announced()
    {
        await _venues.GatherSim();

        Assert.Equal(new VenueBudgetStatus(6_000, 20 + 80, null), (await _venues.Catalog.Budgets(CancellationToken.None))["sim"]);
    }

    [Fact]
    public async Task A_cancelled_gather_ends_its_request_at_the_venue()
    {
        const string Patient = """{"ccxt":{"timeout":600000}}""";
        await _venues.GatherSim(Patient);
        await _control.Order("""{"kind":"hang","count":1}""");
        using var cancellation = new CancellationTokenSource();
        var gather = _venues.GatherSim(Patient, cancellation.Token);
        await Requested(SimulatorControl.Tickers, 2);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gather.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(50, (await _venues.GatherSim(Patient)).Tickers.Count); // the feed takes one gather at a time
    }

    [Fact]
    public async Task A_gather_behind_another_of_its_feed_can_be_cancelled()
    {
        await _control.Order("""{"kind":"hang","count":1}""");
        using var cancellation = new CancellationTokenSource();
        var first = _venues.GatherSim("""{"ccxt":{"timeout":600000}}""", cancellation.Token);
        await Requested(SimulatorControl.Markets, 1);
        using var cancelSecond = new CancellationTokenSource();
        var second = _venues.GatherSim("""{"ccxt":{"timeout":600000}}""", cancelSecond.Token);
        await cancelSecond.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.False(first.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_gather_that_waits_for_the_budget_can_be_cancelled()
    {
        await _venues.GatherSim();
        await _control.Order("""{"kind":"ban","retry_after":3600,"count":1}""");
        await Failure();
        using var cancellation = new CancellationTokenSource();
        var gather = _venues.GatherSim(cancellationToken: cancellation.Token);
        Assert.False(gather.IsCompleted);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gather);
        Assert.Equal(2, await _control.Requests(SimulatorControl.Tickers));
    }

    [Fact]
    public async Task Killing_a_worker_fails_its_gathers_as_lost()
    {
        await _venues.GatherSim();
        await _control.Order("""{"kind":"hang","count":1}""");
        var gather = _venues.GatherSim();
        await Requested(SimulatorControl.Tickers, 2);
        await OtherProcess.Signal(await _venues.NextPid(), "KILL");

        Assert.Equal(ErrorKinds.WorkerLost, (await Assert.ThrowsAsync<VenueException>(() => gather)).Kind);
    }

    [Fact]
    public async Task Without_a_simulator_the_error_says_how_to_start_one()
    {
        await using var venues = TestVenues.Start(TestVenues.Options with { WorkerScript = Repository.Fake("garbage.mjs") });

        var error = await Assert.ThrowsAsync<VenueException>(() => venues.GatherSim());
        Assert.Equal(ErrorKinds.VenueUnavailable, error.Kind);
        Assert.Contains("--demo", error.Message, StringComparison.Ordinal);
    }

    private Task<VenueException> Failure(string options = "{}") =>
        Assert.ThrowsAsync<VenueException>(() => _venues.GatherSim(options));

    private Task Requested(string path, long times) =>
        Eventually.Holds($"{path} was asked for {times} times", async () => await _control.Requests(path) == times);
}
