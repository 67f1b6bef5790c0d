using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using MarketManager.Actors.Runs;
using MarketManager.Api.Http;
using MarketManager.Api.Problems;
using MarketManager.Api.Service;
using MarketManager.Api.Status;
using MarketManager.Kernel;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace MarketManager.Api.Tests;

public sealed partial class ServiceTests
{
    [Fact]
    public async Task Status_shows_the_node_and_what_it_looks_after()
    {
        await using var api = await ApiServer.Start(new ApiOptions { Version = "1.2.3" });
        api.Node.Actors = () => 12;
        api.Exchanges.Add("Binance");
        api.Clock.Advance(TimeSpan.FromSeconds(61.5));
        Assert.Equal(
            """
            {"status":"running","version":"1.2.3","environment":"development","node":"node-1","started":"2026-01-02T03:04:05.678Z",
            "uptime_seconds":61,"paused":false,"nodes":[{"name":"node-1","id":"01990000-0000-7000-8000-00000000aaaa",
            "address":"http://127.0.0.1:8080","roles":["api","gather"],"state":"running","since":"2026-01-02T03:04:05.678Z","actors":12}],
            "exchanges":{"total":1,"enabled":1,"running":1,"stale":2,"failing":3},
            "runs":{"succeeded":60,"failed":20,"crashed":7,"stale":3,"per_minute":1.5},
            "storage":{"engine":"sqlite","version":"3.40.1","ok":true,"detail":null},
            "workers":[{"pid":4711,"state":"ready","exchanges":5,"restarts":1,"memory":120000000}]}
            """.ReplaceLineEndings(string.Empty),
            (await api.Get("/api/status/")).Text);
    }

    [Fact]
    public async Task Status_answers_while_the_store_is_away()
    {
        await using var api = await ApiServer.Start();
        api.Store.Ok = false;
        var status = (await api.Get("/api/status/")).Json;
        Assert.Equal("degraded", status.GetProperty("status").GetString());
        Assert.Equal(0, status.GetProperty("exchanges").GetProperty("total").GetInt32());
        Assert.Equal("locked", status.GetProperty("storage").GetProperty("detail").GetString());
        api.Exchanges.NextFailure = new StoreUnavailableException("away");
        status = (await api.Get("/api/status/")).Json;
        Assert.Equal("null", status.GetProperty("exchanges").GetRawText());
        Assert.Equal("locked", status.GetProperty("storage").GetProperty("detail").GetString());
        api.Store.Ok = true;
        api.Exchanges.NextFailure = new StoreUnavailableException("gone in between");
        Assert.Equal("degraded", (await api.Get("/api/status/")).Json.GetProperty("status").GetString());
        api.Node.Enter(NodeState.Draining, api.Clock.GetUtcNow());
        Assert.Equal("draining", (await api.Get("/api/status/")).Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Status_does_not_wait_for_a_store_that_hangs()
    {
        await using var api = await ApiServer.Start();
        api.Exchanges.Held = new TaskCompletionSource().Task;
        var status = (await api.Get("/api/status/")).Json;
        Assert.Equal("degraded", status.GetProperty("status").GetString());
        Assert.Equal("null", status.GetProperty("exchanges").GetRawText());
        Assert.Equal("the store does not answer within 2 s", status.GetProperty("storage").GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Ready_says_what_is_missing()
    {
        await using var api = await ApiServer.Start();
        Assert.Equal((200, """{"status":"live"}"""), await Of("/healthz/live"));
        Assert.Equal((200, """{"status":"ready","checks":{"storage":"ok"}}"""), await Of("/healthz/ready"));
        api.Check.Answer = () => new("the store is locked");
        Assert.Equal((503, """{"status":"not ready","checks":{"storage":"the store is locked"}}"""), await Of("/healthz/ready"));
        api.Check.Answer = () => throw new InvalidOperationException("broken");
        Assert.Equal((503, """{"status":"not ready","checks":{"storage":"broken"}}"""), await Of("/healthz/ready"));
        api.Check.Answer = () => default;
        api.Node.Enter(NodeState.Draining, api.Clock.GetUtcNow());
        Assert.Equal((503, """{"status":"draining","checks":{"storage":"ok"}}"""), await Of("/healthz/ready"));

        async Task<(int, string)> Of(string path) => await api.Get(path) is var reply ? (reply.Status, reply.Text) : default;
    }

    [Fact]
    public async Task A_check_that_hangs_does_not_hang_the_answer()
    {
        await using var api = await ApiServer.Start();
        var never = new TaskCompletionSource<string?>();
        api.Check.Answer = () => new(never.Task);
        Assert.Equal(
            """{"status":"not ready","checks":{"storage":"did not answer within 2 s"}}""", (await api.Get("/healthz/ready")).Text);
    }

    [Fact]
    public async Task Metrics_are_well_formed_and_show_all_kinds_of_instruments()
    {
        await using var api = await ApiServer.Start();
        using var meter = new Meter("MarketManager.Test");
        meter.CreateCounter<long>("things.done", null, "Things\nthat \\ were done").Add(3, new KeyValuePair<string, object?>("kind", "a\"b\\c\nd"));
        meter.CreateUpDownCounter<int>("open").Add(-2);
        var histogram = meter.CreateHistogram(
            "took", "ms", "How long", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 10] });
        Array.ForEach([0.5, 1, 5, 50], value => histogram.Record(value));
        var queues = new List<Measurement<int>> { new(7, new KeyValuePair<string, object?>("queue", "x")) };
        meter.CreateObservableGauge("queueDepth", () => queues);
        await api.Get("/api/exchanges/5/");

        var reply = await api.Get("/metrics");
        Assert.Equal((200, "text/plain; version=0.0.4; charset=utf-8"), (reply.Status, reply.Type));
        var lines = reply.Text.TrimEnd('\n').Split('\n');
        Assert.All(lines, line => Assert.Matches(MetricLine(), line));
        Assert.Equal(lines.Where(line => line.StartsWith("# TYPE", StringComparison.Ordinal)).Distinct(), lines.Where(line => line.StartsWith("# TYPE", StringComparison.Ordinal)));
        string[] expected =
        [
            "# HELP marketmanager_test_things_done_total Things\\nthat \\\\ were done",
            "# TYPE marketmanager_test_things_done_total counter",
            "marketmanager_test_things_done_total{kind=\"a\\\"b\\\\c\\nd\"} 3",
            "# TYPE marketmanager_test_open gauge",
            "marketmanager_test_open -2",
            "# TYPE marketmanager_test_took_milliseconds histogram",
            "marketmanager_test_took_milliseconds_bucket{le=\"1\"} 2",
            "marketmanager_test_took_milliseconds_bucket{le=\"10\"} 3",
            "marketmanager_test_took_milliseconds_bucket{le=\"+Inf\"} 4",
            "marketmanager_test_took_milliseconds_sum 56.5",
            "marketmanager_test_took_milliseconds_count 4",
            "marketmanager_test_queue_depth{queue=\"x\"} 7",
            "# TYPE marketmanager_process_cpu_seconds_total counter",
            "# TYPE marketmanager_process_memory_bytes gauge",
            "# TYPE marketmanager_process_uptime_seconds gauge",
        ];
        Assert.Subset(lines.ToHashSet(), expected.ToHashSet());
        Assert.Contains(lines, line => line.StartsWith(
            "marketmanager_api_request_duration_seconds_count{route=\"/api/exchanges/{id}/\",method=\"GET\",status=\"404\"} ", StringComparison.Ordinal));

        queues.Clear();
        Assert.DoesNotContain("queue_depth{", (await api.Get("/metrics")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_family_keeps_no_more_series_than_it_may()
    {
        using var meter = new Meter("MarketManager.Bound");
        var family = new MetricFamily(meter.CreateCounter<long>("bound"), maxSeries: 3);
        for (var i = 0; i < 10; i++)
        {
            family.Record(1, [new("i", i)]);
        }

        Assert.Equal(3, family.Series.Count());
    }

    [Fact]
    public async Task OpenApi_is_valid_and_describes_every_route()
    {
        await using var api = await ApiServer.Start();
        var reply = await api.Get("/openapi/v1.json");
        Assert.Equal((200, "application/json"), (reply.Status, reply.Type));
        var (document, diagnostic) = OpenApiDocument.Parse(reply.Text, "json");
        Assert.Empty(diagnostic!.Errors);
        Assert.Empty(diagnostic.Warnings);

        var mapped = api.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<ApiRoute>()!)
            .Where(route => !route.Hidden)
            .ToList();
        var described = document!.Paths.SelectMany(path => path.Value.Operations!.Select(operation => (path.Key, operation.Key.Method, Operation: operation.Value))).ToList();
        Assert.Equal(
            mapped.Select(route => (route.Pattern, route.Method)).Order(), described.Select(one => (one.Key, one.Method)).Order());
        foreach (var (path, method, operation) in described)
        {
            var route = mapped.Single(route => route.Pattern == path && route.Method == method);
            Assert.Equal(
                route.Query.Select(parameter => parameter.Name),
                operation.Parameters!.Where(parameter => parameter.In == ParameterLocation.Query).Select(parameter => parameter.Name!));
            Assert.Equal(
                PathParameter().Matches(path).Select(match => match.Groups[1].Value),
                operation.Parameters!.Where(parameter => parameter.In == ParameterLocation.Path).Select(parameter => parameter.Name!));
            Assert.NotEmpty(operation.Responses!);
            Assert.Equal(route.Body is not null, operation.RequestBody is not null);
        }

        Assert.Equal(described.Count, described.Select(one => one.Operation.OperationId).Distinct().Count());
    }

    [Fact]
    public async Task OpenApi_refers_only_to_what_is_there_and_lists_every_kind_of_error()
    {
        await using var api = await ApiServer.Start();
        var document = (await api.Get("/openapi/v1.json")).Json;
        foreach (Match reference in Reference().Matches(document.GetRawText()))
        {
            var part = document;
            foreach (var name in reference.Groups[1].Value.Split('/'))
            {
                Assert.True(part.TryGetProperty(name, out part), reference.Value);
            }
        }

        var schemas = document.GetProperty("components").GetProperty("schemas");
        var kinds = schemas.GetProperty("RunError").GetProperty("properties").GetProperty("kind").GetProperty("enum");
        Assert.Equal(
            typeof(ErrorKinds).GetFields().Select(field => (string?)field.GetRawConstantValue()),
            kinds.EnumerateArray().Select(kind => kind.GetString()));
        Assert.Equal(
            ProblemKind.All.Select(kind => $"Problem{kind.Status}").Distinct(),
            document.GetProperty("components").GetProperty("responses").EnumerateObject().Select(one => one.Name));
    }

    [Theory]
    [InlineData("/api/exchanges/1/", "Exchange")]
    [InlineData("/api/exchanges/1/runs/01990000-0000-7000-8000-000000000000/", "Run")]
    [InlineData("/api/venues/binance/", "Venue")]
    [InlineData("/api/status/", "Status")]
    public async Task Resources_have_just_the_fields_of_their_schema(string path, string schema)
    {
        await using var api = await ApiServer.Start();
        api.Exchanges.Add("Binance");
        api.Runs.Start(1);
        var fields = (await api.Get("/openapi/v1.json")).Json
            .GetProperty("components").GetProperty("schemas").GetProperty(schema).GetProperty("properties");
        Assert.Equal(
            fields.EnumerateObject().Select(field => field.Name), (await api.Get(path)).Json.EnumerateObject().Select(field => field.Name));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/docs")]
    public async Task A_page_allows_its_own_script_and_nothing_from_elsewhere(string path)
    {
        await using var api = await ApiServer.Start();
        var page = await api.Get(path);
        Assert.Equal((200, "text/html; charset=utf-8"), (page.Status, page.Type));
        var script = InlineScript().Match(page.Text).Groups[1].Value;
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        Assert.Contains($"'sha256-{hash}'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("innerHTML", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/docs/swagger-ui.css", "text/css")]
    [InlineData("/docs/swagger-ui-bundle.js", "text/javascript")]
    public async Task The_docs_come_with_their_assets(string path, string type)
    {
        await using var api = await ApiServer.Start();
        var reply = await api.Get(path);
        Assert.Equal(200, reply.Status);
        Assert.StartsWith(type, reply.Type, StringComparison.Ordinal);
        Assert.True(reply.Text.Length > 10_000);
    }

    [Theory]
    [InlineData("/api/status/")]
    [InlineData("/")]
    [InlineData("/nothing")]
    [InlineData("/healthz/live")]
    public async Task Every_answer_forbids_sniffing_and_framing(string path)
    {
        await using var api = await ApiServer.Start();
        var reply = await api.Get(path);
        Assert.Equal(("nosniff", "DENY"), (reply.Header("X-Content-Type-Options"), reply.Header("X-Frame-Options")));
        Assert.Contains("frame-ancestors 'none'", reply.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Null(reply.Header("Access-Control-Allow-Origin"));
    }

    [GeneratedRegex("""^(# (HELP [a-z_]+ .*|TYPE [a-z_]+ (counter|gauge|histogram))|[a-z_]+(\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)+\})? [^ ]+)$""")]
    private static partial Regex MetricLine();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathParameter();

    [GeneratedRegex("\"#/([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("<script>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex InlineScript();
}
