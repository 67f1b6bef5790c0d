using System.Text.Json;
using MarketManager.Cli.Tests.Fakes;
using Xunit;

namespace MarketManager.Cli.Tests;

/// <summary>What the commands that change something send, and say.</summary>
public sealed class ChangingTests : IAsyncLifetime
{
    private readonly Terminal _shell = new();
    private FakeNode _node = null!;

    public async Task InitializeAsync() => _node = (await FakeNode.Start())
        .On("GET /api/exchanges/?name=binance&limit=2", Canned.Exchanges(Canned.Binance));

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task Add_sends_what_was_said_and_no_more()
    {
        _node.On("POST /api/exchanges/", Canned.Binance, 201);
        Assert.Equal(ExitCode.Done, await _shell.Run(
            _node, "exchanges", "add", "Binance", "--interval", "60",
            "--options", """{"max_run":100}""", "--option", "markets.quotes=[\"USDT\"]", "--option", "max_run=200"));
        AssertBody("""{"name":"Binance","interval":60,"options":{"max_run":200,"markets":{"quotes":["USDT"]}}}""");
        Assert.Equal("added exchange 'Binance' (id 1, venue binance, every 60 s)\n", _shell.Error);
        Assert.Equal(string.Empty, _shell.Out);
    }

    [Fact]
    public async Task Post_carries_a_key_and_is_repeated_with_it_when_the_node_asks_for_patience()
    {
        _node.On("POST /api/exchanges/", Canned.Problem(503, "the store is away"), 503, ("Retry-After", "0"))
            .On("POST /api/exchanges/", Canned.Binance, 201);
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "exchanges", "add", "Binance"));
        var keys = _node.Requests.Select(request => request.Headers["Idempotency-Key"]).ToList();
        Assert.Equal(2, keys.Count);
        Assert.Equal(keys[0], keys[1]);
    }

    [Fact]
    public async Task Set_puts_single_options_into_those_that_are_there_and_guards_the_version()
    {
        var current = Canned.Exchange(1, "Binance", "binance", "binance", options: """{"max_run":100,"markets":{"max_symbols":5}}""");
        _node.On("GET /api/exchanges/1/", current, headers: ("ETag", "\"4-9\""))
            .On("PATCH /api/exchanges/1/", Canned.Exchange(1, "Binance", "binance", "binance", updated: "2026-11-20T12:00:00.000Z"));
        Assert.Equal(ExitCode.Done, await _shell.Run(
            _node, "exchanges", "set", "binance", "interval=30", "name=2e5", "url=null", "options.markets.types=[\"spot\"]", "options.max_run=null"));
        AssertBody("""{"interval":30,"name":"2e5","url":null,"options":{"markets":{"max_symbols":5,"types":["spot"]}}}""");
        Assert.Equal("\"4-9\"", _node.Requests.Last().Headers["If-Match"]);
        Assert.Equal("changed exchange 'Binance'\n", _shell.Error);
    }

    [Fact]
    public async Task Set_refuses_fields_that_are_not_a_clients_before_anything_is_sent()
    {
        Assert.Equal(ExitCode.Usage, await _shell.Run(_node, "exchanges", "set", "binance", "intervall=30", "volume=1", "venue=kraken"));
        Assert.Equal(
            """
            error: intervall: unknown field; did you mean 'interval'?
              volume: is set by the server
              venue: cannot be changed; remove the exchange and add another

            """,
            _shell.Error);
        Assert.Empty(_node.Requests);
    }

    [Theory]
    [InlineData("enable", "true", "exchange 'Binance' was enabled already\n")]
    [InlineData("disable", "false", "exchange 'Binance' is disabled\n")]
    public async Task Switches_send_only_the_switch(string verb, string enabled, string said)
    {
        _node.On("PATCH /api/exchanges/1/", Canned.Binance);
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "exchanges", verb, "binance"));
        AssertBody($$"""{"enabled":{{enabled}}}""");
        Assert.Equal(said, _shell.Error);
    }

    [Fact]
    public async Task Remove_needs_yes_where_nobody_can_be_asked()
    {
        Assert.Equal(ExitCode.Usage, await _shell.Run(_node, "exchanges", "remove", "binance"));
        Assert.DoesNotContain(_node.Lines, line => line.StartsWith("DELETE", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("y\n", ExitCode.Done, 1)]
    [InlineData("\n", ExitCode.Failed, 0)]
    [InlineData("", ExitCode.Failed, 0)]
    public async Task Remove_asks_on_a_terminal(string answer, int code, int deletions)
    {
        _node.On("DELETE /api/exchanges/1/", string.Empty, 204);
        _shell.IsTerminal = true;
        _shell.Input = answer;
        Assert.Equal(code, await _shell.Run(_node, "exchanges", "remove", "binance"));
        Assert.Equal(deletions, _node.Lines.Count(line => line == "DELETE /api/exchanges/1/"));
        Assert.StartsWith(
            "Remove exchange 'Binance' (id 1, venue binance) and its markets? [y/N] ", _shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remove_with_yes_does_not_ask()
    {
        _node.On("DELETE /api/exchanges/1/", string.Empty, 204);
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "exchanges", "remove", "binance", "--yes"));
        Assert.Equal("removed exchange 'Binance'\n", _shell.Error);
    }

    [Fact]
    public async Task Remove_whose_answer_never_came_is_not_asked_for_again()
    {
        _node.Cut("DELETE /api/exchanges/1/");
        Assert.NotEqual(ExitCode.Done, await _shell.Run(_node, "exchanges", "remove", "binance", "--yes"));
        Assert.Single(_node.Lines, line => line == "DELETE /api/exchanges/1/");
    }

    [Theory]
    [InlineData("pause", "paused all exchanges; runs in flight go on to their end\n")]
    [InlineData("resume", "resumed all exchanges\n")]
    public async Task Pause_and_resume_reach_all_exchanges(string verb, string said)
    {
        _node.On($"POST /api/{verb}/", string.Empty, 204);
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, verb));
        Assert.Equal(said, _shell.Error);
    }

    private void AssertBody(string expected)
    {
        var body = _node.Requests.Last(request => request.Body.Length > 0).Body;
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), JsonElement.Parse(body)), body);
    }
}
