using MarketManager.Cli.Tests.Fakes;
using Xunit;

namespace MarketManager.Cli.Tests;

/// <summary>Runs on demand, awaited and not.</summary>
public sealed class RunningTests : IAsyncLifetime
{
    private const string Started = $$"""{"run_id":"{{Canned.RunId}}","state":"running","started":"2026-11-20T12:00:00.000Z"}""";
    private const string Look = $"GET /api/exchanges/1/runs/{Canned.RunId}/?wait=5";

    private readonly Terminal _shell = new();
    private FakeNode _node = null!;

    public async Task InitializeAsync() => _node = (await FakeNode.Start())
        .On("GET /api/exchanges/?name=binance&limit=2", Canned.Exchanges(Canned.Binance))
        .On("POST /api/exchanges/1/run/", Started, 202);

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task Run_shows_the_id_of_the_run_that_it_started()
    {
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "exchanges", "run", "binance"));
        Assert.Equal($"{Canned.RunId}\n", _shell.Out);
        Assert.Equal("started a run of 'Binance'\n", _shell.Error);
    }

    [Fact]
    public async Task Awaited_run_that_succeeds_is_done()
    {
        _node.On(Look, Canned.Run("running"), 202).On(Look, Canned.Run("succeeded"));
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "exchanges", "run", "binance", "--wait"));
        Assert.Equal(
            $"""
            Run      {Canned.RunId}
            State    succeeded
            Took     1.2s
            Markets  2,123
            Tickers  2,123

            """,
            _shell.Out);
        Assert.Equal("waiting for the run of 'Binance'\n", _shell.Error);
        Assert.Equal(2, _node.Lines.Count(line => line == Look));
    }

    [Theory]
    [InlineData("failed")]
    [InlineData("stale")]
    [InlineData("crashed")]
    [InlineData("cancelled")]
    public async Task Awaited_run_that_does_not_succeed_is_a_failure(string state)
    {
        _node.On(Look, Canned.Run(state, error: """{"kind":"network","message":"reset","at":"2026-11-20T12:00:00Z"}"""));
        Assert.Equal(ExitCode.Failed, await _shell.Run(_node, "exchanges", "run", "binance", "--wait"));
        Assert.Contains("Error    network: reset\n", _shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_ends_after_the_seconds_that_were_given()
    {
        _shell.Clock.Step = TimeSpan.FromSeconds(1);
        _node.On($"GET /api/exchanges/1/runs/{Canned.RunId}/?wait=1", Canned.Run("running"), 202);
        Assert.Equal(ExitCode.Failed, await _shell.Run(_node, "exchanges", "run", "binance", "--wait", "1"));
        Assert.EndsWith("the run of 'Binance' goes on; it was not waited for any longer\n", _shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_during_a_run_is_a_conflict()
    {
        await using var busy = (await FakeNode.Start())
            .On("GET /api/exchanges/?name=binance&limit=2", Canned.Exchanges(Canned.Binance))
            .On("POST /api/exchanges/1/run/", Canned.Problem(409, $"run {Canned.RunId} is going"), 409);
        Assert.Equal(ExitCode.Conflict, await _shell.Run(busy, "exchanges", "run", "binance"));
        Assert.Equal($"error: run {Canned.RunId} is going\n", _shell.Error);
    }

    [Fact]
    public async Task Add_with_wait_waits_for_the_first_run()
    {
        _node.On("POST /api/exchanges/", Canned.Binance, 201)
            .On("GET /api/exchanges/1/runs/?limit=1", Canned.List())
            .On("GET /api/exchanges/1/runs/?limit=1", Canned.List(Canned.Run("running")))
            .On(Look, Canned.Run("succeeded"));
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "exchanges", "add", "Binance", "--wait"));
        Assert.Contains("State    succeeded\n", _shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_with_wait_says_so_where_no_run_starts()
    {
        _shell.Clock.Step = TimeSpan.FromSeconds(4);
        _node.On("POST /api/exchanges/", Canned.Binance, 201).On("GET /api/exchanges/1/runs/?limit=1", Canned.List());
        Assert.Equal(ExitCode.Failed, await _shell.Run(_node, "exchanges", "add", "Binance", "--wait"));
        Assert.EndsWith("error: no run of 'Binance' has started; is the node paused? (marketmanager status)\n", _shell.Error, StringComparison.Ordinal);
    }
}
