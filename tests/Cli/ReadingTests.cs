using System.Text.Json;
using MarketManager.Cli.Tests.Fakes;
using Xunit;

namespace MarketManager.Cli.Tests;

/// <summary>What the commands that only read show.</summary>
public sealed class ReadingTests : IAsyncLifetime
{
    private readonly Terminal _shell = new();
    private FakeNode _node = null!;

    public async Task InitializeAsync() => _node = (await FakeNode.Start())
        .On("GET /api/status/", Canned.Status)
        .On("GET /api/exchanges/?limit=100", Canned.Exchanges(Canned.Binance, Canned.Kraken, Canned.Paused))
        .On("GET /api/exchanges/?limit=1000", Canned.Exchanges(Canned.Binance, Canned.Kraken, Canned.Paused))
        .On("GET /api/exchanges/?name=binance&limit=2", Canned.Exchanges(Canned.Binance))
        .On("GET /api/exchanges/?name=kraken-eu&limit=2", Canned.Exchanges())
        .On("GET /api/exchanges/?name=binanse&limit=2", Canned.Exchanges())
        .On("GET /api/venues/?limit=1000", Canned.Venues)
        .On("GET /api/venues/binance/", JsonElement.Parse(Canned.Venues).GetProperty("results")[0].ToString());

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task Status_shows_node_exchanges_runs_storage_and_workers()
    {
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "status"));
        Assert.Equal(
            """
            Status           running
            Node             atlas:8080 (development)
            Version          0.1.0
            Up               2h 3m, since 2026-11-20 09:56:55 UTC
            Exchanges        3 (2 enabled), 1 running, 1 failing
            Runs, last hour  1,234 succeeded, 5 failed, 1 stale; 20.7 a minute
            Storage          sqlite 3.40.1, ok

            WORKER  STATE     EXCHANGES  RESTARTS    MEMORY
              4711  ready             2         0  157.3 MB
                 -  starting          1         3         -

            """,
            _shell.Out);
        Assert.Equal(string.Empty, _shell.Error);
    }

    [Fact]
    public async Task Status_shows_why_the_store_does_not_work_and_what_it_cannot_tell_now()
    {
        await using var node = (await FakeNode.Start()).On("GET /api/status/", """
            {"status":"degraded","version":"0.1.0","environment":"production","node":"atlas","started":"2026-11-20T11:00:00.000Z",
             "uptime_seconds":3600,"paused":true,"nodes":[],"exchanges":null,"runs":null,
             "storage":{"engine":"sqlite","version":"3.40.1","ok":false,"detail":"the disk is full"},"workers":[]}
            """);
        Assert.Equal(ExitCode.Done, await _shell.Run(node, "status"));
        Assert.Equal(
            """
            Status           degraded, paused
            Node             atlas (production)
            Version          0.1.0
            Up               1h, since 2026-11-20 11:00:00 UTC
            Exchanges        -
            Runs, last hour  -
            Storage          sqlite 3.40.1, the disk is full

            """,
            _shell.Out);
    }

    [Fact]
    public async Task List_fits_80_columns()
    {
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "exchanges", "list"));
        Assert.Equal(
            """
            ID  NAME       VENUE    STATE     EVERY  UPDATED  NEXT RUN      VOLUME USD
             1  Binance    binance  idle         1m  12s ago    in 48s  23,456,789,012
             2  Kraken EU  kraken   failing     90s  12s ago    in 48s         987,654
            12  sim-2      sim      disabled     1h        -         -               -

            """,
            _shell.Out);
    }

    [Fact]
    public async Task List_shows_every_column_where_nobody_limits_it()
    {
        _shell.Width = null;
        await _shell.Run(_node, "exchanges", "list");
        Assert.EndsWith("VOLUME USD  TOP PAIR", _shell.Out.Split('\n')[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_keeps_the_fields_and_numbers_of_the_api()
    {
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "exchanges", "show", "binance", "--output", "json"));
        Assert.StartsWith(
            """
            {
              "id": 1,
              "tenant": "default",
              "name": "Binance",
              "slug": "binance",
              "venue": "binance",
              "enabled": true,
              "interval": 60,
              "logo": "https://x/binance.png",
              "url": "https://www.binance.com",
              "api_url": "https://api.binance.com",
              "options": {},
              "volume": 23456789012.34,
            """,
            _shell.Out,
            StringComparison.Ordinal);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(Canned.Binance), JsonElement.Parse(_shell.Out)));
    }

    [Fact]
    public async Task Json_of_a_list_is_its_count_and_results()
    {
        await _shell.Run(_node, "exchanges", "list", "-o", "json");
        var json = JsonElement.Parse(_shell.Out);
        Assert.Equal(["count", "results"], json.EnumerateObject().Select(property => property.Name));
        Assert.Equal(3, json.GetProperty("results").GetArrayLength());
    }

    [Theory]
    [InlineData("2")]
    [InlineData("kraken-eu")]
    public async Task Exchange_is_found_by_id_and_slug(string word)
    {
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "exchanges", "show", word));
        Assert.Equal(
            """
            Name          Kraken EU
            Id, slug      2, kraken-eu
            Venue         kraken
            State         failing; 4 runs in a row did not succeed
            Every         90s
            Last success  2026-11-20 11:59:48 UTC (12s ago)
            Last run      2026-11-20 11:59:48 UTC (12s ago)
            Its id        019a9f2e-1000-7000-8000-000000000001
            Next run      2026-11-20 12:00:48 UTC (in 48s)
            24 h volume   987,654 USD
            Top pair      USD-BTC, 1,235 USD
            Last error    rate_limited, 2m ago: kraken answered 429
            Options       none
            Site          https://www.kraken.com
            API           https://api.kraken.com
            Credentials   none
            Node          atlas:8080
            Created       2026-11-19 12:00:00 UTC (1d ago)
            Changed       2026-11-19 12:00:00 UTC (1d ago)

            """,
            _shell.Out);
    }

    [Fact]
    public async Task Unknown_exchange_names_the_nearest()
    {
        Assert.Equal(ExitCode.NotFound, await _shell.Run(_node, "exchanges", "show", "binanse"));
        Assert.Equal("error: no exchange 'binanse'; did you mean 'Binance'?\n", _shell.Error);
        Assert.Equal(string.Empty, _shell.Out);
    }

    [Fact]
    public async Task Unknown_venue_names_the_nearest()
    {
        Assert.Equal(ExitCode.NotFound, await _shell.Run(_node, "venues", "krakn"));
        Assert.Equal("error: no venue 'krakn'; did you mean 'kraken'?\n", _shell.Error);
    }

    [Fact]
    public async Task Venue_shows_its_budget_and_what_it_can()
    {
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "venues", "Binance"));
        Assert.Contains("Budget      1,234 of 6,000 used in the last minute\n", _shell.Out, StringComparison.Ordinal);
        Assert.Contains("Can         fetchTickers, fetchOrderBook, fetchOHLCV (emulated)\n", _shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Markets_show_what_is_known_and_say_what_is_left()
    {
        _node.On("GET /api/markets/?exchange=1&quote=BTC&active=true&min_volume_usd=10.5&ordering=-volume_usd&limit=2", Canned.Markets);
        Assert.Equal(ExitCode.Done, await _shell.Run(
            _node, "markets", "--exchange", "binance", "--quote", "BTC", "--active", "true", "--min-volume-usd", "10.5",
            "--order=-volume_usd", "--limit", "2"));
        Assert.Equal(
            """
            EXCHANGE   SYMBOL             LAST       BID       ASK     VOLUME USD  UPDATED
            binance    BTC/USDT       64,123.5  64,123.4  64,123.6  1,234,567,890  12s ago
            kraken-eu  SHIB/BTC  0.00000000012         -         -              -  12s ago

            """,
            _shell.Out);
        Assert.Equal("2 of 2,123 markets; --all shows the rest\n", _shell.Error);
    }

    [Fact]
    public async Task All_reads_page_after_page()
    {
        static string Page(int first, int count) => $$"""
            {"count":1003,"next":null,"previous":null,"results":[{{string.Join(',', Enumerable.Range(first, count).Select(n => $$"""{"n":{{n}}}"""))}}] }
            """;
        _node.On("GET /api/markets/?limit=1000", Page(0, 1000)).On("GET /api/markets/?limit=1000&offset=1000", Page(1000, 3));
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "markets", "--all", "-o", "json"));
        var results = JsonElement.Parse(_shell.Out).GetProperty("results").EnumerateArray().Select(item => item.GetProperty("n").GetInt32());
        Assert.Equal(Enumerable.Range(0, 1003), results);
    }

    [Theory]
    [InlineData("csv", "symbol,last\nA,1\nB,2\nC,3\n", "symbol,last\nB,2\n")]
    [InlineData("ndjson", "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n", "{\"n\":2}\n")]
    public async Task Streams_are_passed_on_as_far_as_they_are_wanted(string format, string sent, string shown)
    {
        _node.On($"GET /api/markets/?format={format}", sent);
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "markets", "--format", format, "--offset", "1", "--limit", "1"));
        Assert.Equal(shown, _shell.Out);

        var whole = new Terminal();
        await whole.Run(_node, "markets", "--format", format);
        Assert.Equal(sent, whole.Out);
    }

    [Fact]
    public async Task Runs_show_how_they_came_out()
    {
        const string Error = """{"kind":"network","message":"the connection to api.binance.com was reset by the peer","at":"2026-11-20T12:00:00Z"}""";
        _node.On(
            "GET /api/exchanges/1/runs/?state=failed&limit=20",
            Canned.List(Canned.Run("running"), Canned.Run("failed", error: Error, attempts: 3), Canned.Run("succeeded")));
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "exchanges", "runs", "1", "--state", "failed"));
        Assert.Equal(
            """
            STARTED  TRIGGER  STATE            TOOK  TRIES  MARKETS  ERROR
            10s ago  demand   running    10s so far      1        -  -
            10s ago  demand   failed           1.2s      3        -  network: the connectio…
            10s ago  demand   succeeded        1.2s      1    2,123  -

            """,
            _shell.Out);
    }
}
