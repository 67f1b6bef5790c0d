using System.Net.Sockets;
using System.Text;
using MarketManager.Actors;
using MarketManager.Kernel;

namespace MarketManager.Api.Tests;

/// <summary>Every row of the contract's table of errors.</summary>
public sealed class ErrorTests
{
    private const string Exchanges = "/api/exchanges/";

    [Theory]
    [InlineData("{\"name\": }", "the body is not well-formed JSON at line 1, byte 10")]
    [InlineData("{\"name\": \"a\",}", "the body is not well-formed JSON at line 1, byte 14")]
    [InlineData("", "the body is empty; a JSON object is needed")]
    [InlineData("{} {}", "the body is not well-formed JSON at line 1, byte 4")]
    public async Task Malformed_json_is_400_and_says_where(string body, string detail)
    {
        await using var api = await ApiServer.Start();
        var problem = (await api.Send("POST", Exchanges, body)).Problem(400, "malformed-json");
        Assert.Equal(detail, problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Bytes_that_are_not_utf8_are_400()
    {
        await using var api = await ApiServer.Start();
        using var content = new ByteArrayContent([(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}']);
        content.Headers.ContentType = new("application/json");
        using var answer = await api.Http.PostAsync(new Uri(Exchanges, UriKind.Relative), content);
        Assert.Equal(400, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    [InlineData("7")]
    public async Task A_body_that_is_not_an_object_is_422(string body)
    {
        await using var api = await ApiServer.Start();
        var problem = (await api.Send("POST", Exchanges, body)).Problem(422, "invalid");
        Assert.Equal("the body must be a JSON object", problem.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=latin1")]
    [InlineData("application/merge-patch+json")]
    [InlineData(null)]
    public async Task A_body_that_is_not_json_is_415(string? type)
    {
        await using var api = await ApiServer.Start();
        (await api.Send("POST", Exchanges, "{\"name\":\"a\"}", type)).Problem(415, "not-json");
    }

    [Fact]
    public async Task A_body_over_a_mebibyte_is_413_and_one_of_just_that_is_read()
    {
        await using var api = await ApiServer.Start();
        var fits = "{\"name\":\"" + new string('a', (1024 * 1024) - 11) + "\"}";
        Assert.Equal(1024 * 1024, fits.Length);
        Assert.Equal(201, (await api.Send("POST", Exchanges, fits)).Status);
        (await api.Send("POST", Exchanges, fits + " ")).Problem(413, "body-too-large");
        (await api.Send("POST", Exchanges, fits + " ", headers: ("Transfer-Encoding", "chunked"))).Problem(413, "body-too-large");
    }

    [Theory]
    [InlineData("GET", "/api/exchanges/99/")]
    [InlineData("GET", "/api/exchanges/abc/")]
    [InlineData("GET", "/api/exchanges/01/")]
    [InlineData("GET", "/api/exchanges/-1/")]
    [InlineData("GET", "/api/exchanges/99999999999999999999/")]
    [InlineData("DELETE", "/api/exchanges/99")]
    [InlineData("POST", "/api/exchanges/99/run/")]
    [InlineData("POST", "/api/exchanges/x/run/")]
    [InlineData("GET", "/api/exchanges/99/runs/")]
    [InlineData("GET", "/api/exchanges/1/runs/nothing/")]
    [InlineData("GET", "/api/exchanges/1/runs/01990000-0000-7000-8000-000000000000/")]
    [InlineData("GET", "/api/venues/binanse/")]
    [InlineData("GET", "/api/nothing")]
    [InlineData("GET", "/nothing")]
    [InlineData("GET", "/docs/nothing.js")]
    public async Task What_is_not_there_is_404(string method, string path)
    {
        await using var api = await ApiServer.Start();
        api.Exchanges.Add("Binance");
        (await api.Send(method, path)).Problem(404, "not-found");
    }

    [Fact]
    public async Task Patch_of_an_exchange_that_is_not_there_is_404()
    {
        await using var api = await ApiServer.Start();
        (await api.Send("PATCH", "/api/exchanges/7/", "{}")).Problem(404, "not-found");
    }

    [Theory]
    [InlineData("PUT", "/api/exchanges/1/", "DELETE, GET, HEAD, PATCH")]
    [InlineData("DELETE", "/api/exchanges", "GET, HEAD, POST")]
    [InlineData("GET", "/api/exchanges/1/run/", "POST")]
    [InlineData("POST", "/api/markets/", "GET, HEAD")]
    [InlineData("BREW", "/api/status/", "GET, HEAD")]
    public async Task A_wrong_method_is_405_with_allow(string method, string path, string allow)
    {
        await using var api = await ApiServer.Start();
        var reply = await api.Send(method, path);
        reply.Problem(405, "method-not-allowed");
        Assert.Equal(allow, string.Join(", ", reply.Header("Allow")!.Split(", ").Order()));
    }

    [Theory]
    [InlineData(RejectionKind.NotFound, 404, "not-found")]
    [InlineData(RejectionKind.Invalid, 422, "invalid")]
    [InlineData(RejectionKind.Conflict, 409, "conflict")]
    [InlineData(RejectionKind.AlreadyRunning, 409, "already-running")]
    [InlineData(RejectionKind.Stale, 412, "stale-version")]
    [InlineData(RejectionKind.Unavailable, 503, "unavailable")]
    [InlineData(RejectionKind.Moved, 503, "unavailable")]
    [InlineData(RejectionKind.OutcomeUnknown, 503, "outcome-unknown")]
    [InlineData(RejectionKind.StoreFull, 507, "store-full")]
    public async Task A_rejection_is_translated(RejectionKind kind, int status, string name)
    {
        await using var api = await ApiServer.Start();
        api.Exchanges.NextRejection = new Rejection(kind, "because");
        var reply = await api.Send("POST", Exchanges, "{\"name\":\"a\"}");
        Assert.Equal(
            kind == RejectionKind.OutcomeUnknown ? "because; read it, then decide whether to repeat the request" : "because",
            reply.Problem(status, name).GetProperty("detail").GetString());
        Assert.Equal(status == 503 ? "1" : null, reply.Header("Retry-After"));
        Assert.Null(reply.Header("Location"));
    }

    [Theory]
    [InlineData("POST", "/api/exchanges/", "k", "because; repeat it with the same Idempotency-Key")]
    [InlineData("POST", "/api/exchanges/", null, "because; read it, then decide whether to repeat the request")]
    [InlineData("POST", "/api/exchanges/1/run/", "k", "because; repeat it with the same Idempotency-Key")]
    [InlineData("PATCH", "/api/exchanges/1/", "k", "because; read it, then decide whether to repeat the request")]
    [InlineData("DELETE", "/api/exchanges/1/", "k", "because; read it, then decide whether to repeat the request")]
    public async Task What_to_do_about_an_unknown_outcome_depends_on_whether_a_key_is_heeded(string method, string path, string? key, string detail)
    {
        await using var api = await ApiServer.Start();
        api.Exchanges.Add("Binance");
        api.Exchanges.NextRejection = new Rejection(RejectionKind.OutcomeUnknown, "because");
        var body = method == "DELETE" || path.EndsWith("run/", StringComparison.Ordinal) ? null : "{\"name\":\"a\"}";
        var reply = key is null ? await api.Send(method, path, body) : await api.Send(method, path, body, headers: ("Idempotency-Key", key));
        Assert.Equal(detail, reply.Problem(503, "outcome-unknown").GetProperty("detail").GetString());
    }

    [Fact]
    public void Every_kind_of_rejection_is_tested_above() => Assert.Equal(9, Enum.GetValues<RejectionKind>().Length);

    [Fact]
    public async Task A_taken_name_has_a_type_of_its_own()
    {
        await using var api = await ApiServer.Start();
        api.Exchanges.NextRejection = new Rejection(
            RejectionKind.Conflict, "taken", new Dictionary<string, IReadOnlyList<string>> { ["name"] = ["taken"] });
        (await api.Send("POST", Exchanges, "{\"name\":\"a\"}")).Problem(409, "name-taken");
    }

    [Fact]
    public async Task A_store_that_fails_is_503_or_507()
    {
        await using var api = await ApiServer.Start();
        api.Exchanges.NextFailure = new StoreUnavailableException("secret path");
        var reply = await api.Get(Exchanges);
        reply.Problem(503, "unavailable");
        Assert.Equal("1", reply.Header("Retry-After"));
        Assert.DoesNotContain("secret path", reply.Text, StringComparison.Ordinal);
        api.Exchanges.NextFailure = new StoreUnavailableException("x", outcomeUnknown: true);
        (await api.Send("POST", Exchanges, "{\"name\":\"a\"}")).Problem(503, "outcome-unknown");
        api.Exchanges.NextFailure = new StoreFullException("x");
        (await api.Send("POST", Exchanges, "{\"name\":\"a\"}")).Problem(507, "store-full");
    }

    [Fact]
    public async Task A_defect_is_500_and_tells_nothing_of_itself()
    {
        await using var api = await ApiServer.Start();
        api.Exchanges.NextFailure = new InvalidOperationException("inner matters");
        var reply = await api.Get(Exchanges);
        reply.Problem(500, "internal");
        Assert.DoesNotContain("inner matters", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_breaks_in_the_middle_does_not_look_whole()
    {
        await using var api = await ApiServer.Start();
        for (var i = 0; i < 500; i++)
        {
            api.Exchanges.Add("e" + i);
        }

        api.Exchanges.StreamFailsAfter = 400;
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => api.Get(Exchanges + "?format=ndjson"));
        api.Exchanges.StreamFailsAfter = 0;
        (await api.Get(Exchanges + "?format=ndjson")).Problem(500, "internal");
    }

    [Theory]
    [InlineData("/api/exchanges/?x=1", "x", "unknown parameter 'x'; there are enabled, venue, name, state, limit, offset, ordering, format")]
    [InlineData("/api/exchanges/?limt=1", "limt", "unknown parameter 'limt'; did you mean 'limit'?")]
    [InlineData("/api/exchanges/?Limit=1", "Limit", "unknown parameter 'Limit'; did you mean 'limit'?")]
    [InlineData("/api/exchanges/?limit=1&limit=2", "limit", "limit is given 2 times; give it once")]
    [InlineData("/api/exchanges/?limit=0", "limit", "limit must be a whole number from 1 to 1000, not '0'; the nearest is 1")]
    [InlineData("/api/exchanges/?limit=5000", "limit", "limit must be a whole number from 1 to 1000, not '5000'; the nearest is 1000")]
    [InlineData("/api/exchanges/?limit=", "limit", "limit must be a whole number from 1 to 1000, not ''")]
    [InlineData("/api/exchanges/?offset=-1", "offset", "offset must be a whole number from 0 to 2147483647, not '-1'; the nearest is 0")]
    [InlineData("/api/exchanges/?enabled=yes", "enabled", "enabled must be true or false, not 'yes'")]
    [InlineData("/api/exchanges/?state=runing", "state", "state must be one of running, disabled, stale, failing, idle, not 'runing'; did you mean 'running'?")]
    [InlineData("/api/exchanges/?ordering=-volumee", "ordering", "ordering cannot be by 'volumee'; did you mean 'volume'?")]
    [InlineData("/api/exchanges/?ordering=name,-name", "ordering", "ordering names 'name' more than once")]
    [InlineData("/api/exchanges/?format=xml", "format", "format must be one of json, csv, ndjson, not 'xml'")]
    [InlineData("/api/exchanges/1/?x=1", "x", "unknown parameter 'x'; this route has none")]
    [InlineData("/api/exchanges/1/runs/?from=yesterday", "from", "from must be a time such as 2026-01-31T12:00:00Z, not 'yesterday'")]
    [InlineData("/api/exchanges/1/runs/?from=2026-01-31T12:00:00", "from", "from must be a time such as 2026-01-31T12:00:00Z, not '2026-01-31T12:00:00'")]
    [InlineData("/api/exchanges/1/runs/01990000-0000-7000-8000-000000000000?wait=301", "wait", "wait must be a whole number from 1 to 300, not '301'; the nearest is 300")]
    [InlineData("/api/markets/?min_volume_usd=-1", "min_volume_usd", "min_volume_usd must be a number of 0 or more, not '-1'")]
    [InlineData("/api/markets/?max_age=1.5", "max_age", "max_age must be a whole number from 0 to 3153600000, not '1.5'; the nearest is 2")]
    public async Task A_query_that_is_not_valid_is_422_and_says_why(string path, string parameter, string message)
    {
        await using var api = await ApiServer.Start();
        api.Exchanges.Add("Binance");
        (await api.Get(path)).Invalid(parameter, message);
    }

    [Fact]
    public async Task Everything_wrong_is_told_at_once()
    {
        await using var api = await ApiServer.Start();
        var problem = (await api.Get("/api/exchanges/?limit=0&enabled=1&ordering=x")).Problem(422, "invalid");
        Assert.Equal(["enabled", "limit", "ordering"], problem.GetProperty("errors").EnumerateObject().Select(one => one.Name).Order());
    }

    [Fact]
    public async Task Instance_is_the_path_of_the_request()
    {
        await using var api = await ApiServer.Start();
        var problem = (await api.Get("/api/exchanges/a%20b/?x=%22")).Problem(422, "invalid");
        Assert.Equal("/api/exchanges/a%20b/", problem.GetProperty("instance").GetString());
    }

    [Fact]
    public async Task A_request_that_is_not_http_is_400_and_the_next_one_is_served()
    {
        await using var api = await ApiServer.Start();
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", api.Http.BaseAddress!.Port);
        await client.GetStream().WriteAsync("nonsense\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        Assert.StartsWith("HTTP/1.1 400", await reader.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal(200, (await api.Get(Exchanges)).Status);
    }
}
