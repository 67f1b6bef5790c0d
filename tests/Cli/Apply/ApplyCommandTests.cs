using MarketManager.Cli.Tests.Fakes;
using Xunit;

namespace MarketManager.Cli.Tests.Apply;

public sealed class ApplyCommandTests : IAsyncLifetime
{
    private const string File = """
        {"exchanges":[{"name":"Binance","interval":30},{"name":"Kraken EU"},{"name":"new","venue":"sim"}]}
        """;

    private readonly Terminal _shell = new() { Input = File };
    private FakeNode _node = null!;

    public async Task InitializeAsync() => _node = (await FakeNode.Start())
        .On("GET /api/exchanges/?limit=1000", Canned.Exchanges(Canned.Binance, Canned.Kraken, Canned.Paused))
        .On("GET /api/venues/?limit=1000", Canned.Venues);

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task Dry_run_shows_the_plan_and_changes_nothing()
    {
        Assert.Equal(ExitCode.Done, await Apply("--dry-run", "--prune"));
        Assert.Equal(
            """
            ~ change Binance
                interval: 60 -> 30
            + create new
                venue: "sim"
            - delete sim-2

            """,
            _shell.Out);
        Assert.Equal("1 to create, 1 to change, 1 unchanged, 1 to delete\n", _shell.Error);
        Assert.All(_node.Lines, line => Assert.StartsWith("GET ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Plan_is_carried_out_against_the_versions_that_were_read()
    {
        _node.On("GET /api/exchanges/1/", Canned.Binance, headers: ("ETag", "\"7-1\""))
            .On("PATCH /api/exchanges/1/", Canned.Binance)
            .On("POST /api/exchanges/", Canned.Paused, 201)
            .On("DELETE /api/exchanges/12/", string.Empty, 204);
        Assert.Equal(ExitCode.Done, await Apply("--prune"));
        Assert.Equal(
            ["PATCH /api/exchanges/1/", "POST /api/exchanges/", "DELETE /api/exchanges/12/"],
            _node.Lines.Where(line => !line.StartsWith("GET", StringComparison.Ordinal)));
        var patch = _node.Requests.Single(request => request.Line.StartsWith("PATCH", StringComparison.Ordinal));
        Assert.Equal("""{"interval":30}""", patch.Body);
        Assert.Equal("\"7-1\"", patch.Headers["If-Match"]);
        Assert.Equal("1 to create, 1 to change, 1 unchanged, 1 to delete\napplied\n", _shell.Error);
    }

    [Fact]
    public async Task Change_by_somebody_else_since_the_plan_is_a_conflict()
    {
        _node.On("GET /api/exchanges/1/", Canned.Exchange(1, "Binance", "binance", "binance", interval: 45), headers: ("ETag", "\"8-1\""));
        Assert.Equal(ExitCode.Conflict, await Apply());
        Assert.EndsWith(
            """
            error: 'Binance': was changed by somebody else since the plan was made
              0 of 2 steps were done before; applying again goes on from there

            """,
            _shell.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Step_that_the_node_refuses_ends_it_and_says_how_far_it_came()
    {
        _node.On("GET /api/exchanges/1/", Canned.Binance, headers: ("ETag", "\"7-1\""))
            .On("PATCH /api/exchanges/1/", Canned.Binance)
            .On("POST /api/exchanges/", Canned.Problem(409, "the name is taken"), 409);
        Assert.Equal(ExitCode.Conflict, await Apply());
        Assert.EndsWith(
            """
            error: 'new': the name is taken
              1 of 2 steps were done before; applying again goes on from there

            """,
            _shell.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_with_a_mistake_changes_nothing()
    {
        _shell.Input = """{"exchanges":[{"name":"Binance","interval":30},{"name":"new","venue":"simm"}]}""";
        Assert.Equal(ExitCode.Usage, await Apply());
        Assert.Equal(
            """
            error: standard input cannot be applied; nothing was changed
              new: unknown venue 'simm'; did you mean 'sim'?

            """,
            _shell.Error);
        Assert.All(_node.Lines, line => Assert.StartsWith("GET ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Plan_as_json_names_every_step()
    {
        _shell.Input = """{"exchanges":[{"name":"Binance","interval":30}]}""";
        Assert.Equal(ExitCode.Done, await Apply("--dry-run", "-o", "json"));
        Assert.Equal(
            """
            {
              "dry_run": true,
              "steps": [
                {
                  "action": "change",
                  "name": "Binance",
                  "fields": {
                    "interval": {
                      "old": 60,
                      "new": 30
                    }
                  }
                }
              ]
            }

            """,
            _shell.Out);
    }

    [Fact]
    public async Task File_that_is_not_there_is_wrong_usage()
    {
        Assert.Equal(ExitCode.Usage, await _shell.Run(_node, "exchanges", "apply", "-f", "/nowhere/x.json"));
        Assert.StartsWith("error: /nowhere/x.json cannot be read:", _shell.Error, StringComparison.Ordinal);
    }

    private Task<int> Apply(params string[] options) => _shell.Run(_node, ["exchanges", "apply", "-f", "-", .. options]);
}
