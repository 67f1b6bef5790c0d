using System.Security.Cryptography;
using System.Text.Json;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Lists;

namespace MarketManager.Api.Tests;

public sealed class ExchangeTests
{
    private const string Many = "/api/exchanges/";
    private const string One = "/api/exchanges/1/";

    [Fact]
    public async Task An_exchange_is_shown_field_by_field()
    {
        await using var api = await ApiServer.Start();
        api.Exchanges.Add("Binance");
        var reply = await api.Get(One);
        Assert.Equal((200, "application/json", "\"3-7\""), (reply.Status, reply.Type, reply.Header("ETag")));
        Assert.Equal(
            """
            {"id":1,"tenant":"default","name":"Binance","slug":"binance","venue":"binance","enabled":true,"interval":60,
            "logo":null,"url":"https://example.com/?a=1&b=2","api_url":null,"options":{"max_run":30},"volume":1234.5,
            "top_pair":"USDT-ETH","top_pair_volume":0.1,"created":"2026-01-02T03:04:05.678Z","updated":"2026-01-02T03:04:05.678Z",
            "last_update":null,"has_credentials":false,"status":{"state":"idle","last_run":null,"last_run_id":null,
            "time_started":null,"next_run":"2026-01-02T03:05:05.678Z","attempt":null,"consecutive_failures":0,"last_error":null,
            "node":"node-1"}}
            """.ReplaceLineEndings(string.Empty),
            reply.Text);
    }

    [Theory]
    [InlineData("GET", "/api/exchanges")]
    [InlineData("GET", "/api/exchanges/")]
    [InlineData("GET", "/api/exchanges/1")]
    [InlineData("GET", "/api/exchanges/1/")]
    [InlineData("GET", "/api/exchanges/1/runs")]
    [InlineData("GET", "/api/markets")]
    [InlineData("GET", "/api/venues")]
    [InlineData("GET", "/api/venues/binance")]
    [InlineData("GET", "/api/status")]
    [InlineData("GET", "/api/keys")]
    [InlineData("POST", "/api/pause")]
    [InlineData("POST", "/api/resume/")]
    [InlineData("GET", "/docs")]
    [InlineData("GET", "/docs/")]
    public async Task Routes_answer_with_and_without_the_trailing_slash(string method, string path)
    {
        await using var api = await ApiServer.Start();
        api.Exchanges.Add("Binance");
        Assert.Equal(200, (await api.Send(method, path)).Status);
    }

    [Fact]
    public async Task Head_answers_as_get_without_a_body()
    {
        await using var api = await ApiServer.Start();
        api.Exchanges.Add("Binance");
        var (get, head) = (await api.Get(One), await api.Send("HEAD", One));
        Assert.Equal((200, string.Empty), (head.Status, head.Text));
        Assert.Equal((get.Header("ETag"), get.Header("Content-Length")), (head.Header("ETag"), head.Header("Content-Length")));
    }

    [Fact]
    public async Task Create_answers_201_with_location_and_tag()
    {
        await using var api = await ApiServer.Start();
        var reply = await api.Send("POST", Many, """
            {"name":"My Kraken","venue":"kraken","enabled":false,"interval":6e1,"logo":null,"url":"https://x.example/","options":{"max_run": 30}}
            """);
        Assert.Equal((201, "/api/exchanges/1/", "\"3-7\""), (reply.Status, reply.Header("Location"), reply.Header("ETag")));
        Assert.Equal(
            new NewExchange("default", "My Kraken", "kraken", false, 60, null, "https://x.example/", null, """{"max_run":30}"""),
            api.Exchanges.LastDraft);
        Assert.Null(Assert.Single(api.Exchanges.Keys));
    }

    [Fact]
    public async Task A_byte_order_mark_and_a_charset_are_welcome()
    {
        await using var api = await ApiServer.Start();
        Assert.Equal(201, (await api.Send("POST", Many, "\uFEFF{\"name\":\"a\"}", "Application/JSON; charset=\"UTF-8\"")).Status);
    }

    [Theory]
    [InlineData("{}", "name", "name is required: a text of 1 to 64 ASCII letters, digits, spaces and ._- with at least one letter")]
    [InlineData("{\"name\":null}", "name", "name must be a text of 1 to 64 ASCII letters, digits, spaces and ._- with at least one letter, not null")]
    [InlineData("{\"name\":7}", "name", "name must be a text of 1 to 64 ASCII letters, digits, spaces and ._- with at least one letter, not 7")]
    [InlineData("{\"name\":\"a\",\"intervall\":1}", "intervall", "unknown field 'intervall'; did you mean 'interval'?")]
    [InlineData("{\"name\":\"a\",\"colour\":1}", "colour", "unknown field 'colour'; there are name, venue, enabled, interval, logo, url, api_url, options")]
    [InlineData("{\"name\":\"a\",\"Interval\":1}", "Interval", "unknown field 'Interval'; did you mean 'interval'?")]
    [InlineData("{\"name\":\"a\",\"id\":1}", "id", "id is set by the server")]
    [InlineData("{\"name\":\"a\",\"status\":{}}", "status", "status is set by the server")]
    [InlineData("{\"name\":\"a\",\"tenant\":\"b\"}", "tenant", "tenant is set by the server")]
    [InlineData("{\"name\":\"a\",\"interval\":\"60\"}", "interval", "interval must be a whole number of seconds from 1 to 604800, not a text; did you mean 60?")]
    [InlineData("{\"name\":\"a\",\"interval\":\"soon\"}", "interval", "interval must be a whole number of seconds from 1 to 604800, not a text")]
    [InlineData("{\"name\":\"a\",\"interval\":1.5}", "interval", "interval must be a whole number of seconds from 1 to 604800, not 1.5; did you mean 2?")]
    [InlineData("{\"name\":\"a\",\"interval\":true}", "interval", "interval must be a whole number of seconds from 1 to 604800, not true")]
    [InlineData("{\"name\":\"a\",\"interval\":1e40}", "interval", "interval must be a whole number of seconds from 1 to 604800, not 1e40")]
    [InlineData("{\"name\":\"a\",\"interval\":[]}", "interval", "interval must be a whole number of seconds from 1 to 604800, not a list")]
    [InlineData("{\"name\":\"a\",\"enabled\":\"true\"}", "enabled", "enabled must be true or false, not a text; did you mean true?")]
    [InlineData("{\"name\":\"a\",\"enabled\":1}", "enabled", "enabled must be true or false, not 1")]
    [InlineData("{\"name\":\"a\",\"options\":[]}", "options", "options must be a JSON object, not a list")]
    [InlineData("{\"name\":\"a\",\"name\":\"b\"}", "name", "name is given more than once")]
    [InlineData("{\"name\":\"a\",\"options\":{\"x\":[{\"y\":1,\"y\":2}]}}", "options", "options.x.y is given more than once")]
    [InlineData("{\"name\":\"a\\ud800\"}", "name", "name holds half of a surrogate pair")]
    public async Task A_body_that_is_not_valid_is_422_and_says_why(string body, string field, string message)
    {
        await using var api = await ApiServer.Start();
        (await api.Send("POST", Many, body)).Invalid(field, message);
        Assert.Empty(api.Exchanges.All);
    }

    [Fact]
    public async Task Deep_nesting_is_422_under_its_field_and_not_a_matter_of_the_parser()
    {
        await using var api = await ApiServer.Start();
        var deep = "{\"name\":\"a\",\"options\":" + Nested(100_000) + "}";
        (await api.Send("POST", Many, deep)).Invalid("options", "options is nested deeper than 32 levels");
        (await api.Send("POST", Many, deep[..^1])).Problem(400, "malformed-json");
        Assert.Equal(201, (await api.Send("POST", Many, "{\"name\":\"a\",\"options\":{\"a\":" + Nested(30) + "}}")).Status);
        (await api.Send("POST", Many, "{\"name\":\"a\",\"options\":{\"a\":" + Nested(31) + "}}")).Invalid("options", "options is nested deeper than 32 levels");

        static string Nested(int levels) => new string('[', levels) + new string(']', levels);
    }

    [Theory]
    [InlineData("\"a\":1")]
    [InlineData("\"\\ud800\":1")]
    [InlineData("\"#\":1")]
    public async Task A_body_that_is_wrong_in_thousands_of_places_is_told_a_hundred(string field)
    {
        await using var api = await ApiServer.Start();
        var body = "{" + string.Join(',', Enumerable.Range(0, 20_000).Select(i => field.Replace("#", $"f{i}", StringComparison.Ordinal))) + "}";
        var problem = (await api.Send("POST", Many, body)).Problem(422, "invalid");
        Assert.Equal(100, problem.GetProperty("errors").EnumerateObject().Sum(one => one.Value.GetArrayLength()));
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_body_is_told_at_once()
    {
        await using var api = await ApiServer.Start();
        var problem = (await api.Send("POST", Many, "{\"interval\":\"x\",\"id\":1,\"foo\":2}")).Problem(422, "invalid");
        Assert.Equal(["foo", "id", "interval", "name"], problem.GetProperty("errors").EnumerateObject().Select(one => one.Name).Order());
    }

    [Fact]
    public async Task A_patch_carries_just_what_it_names()
    {
        await using var api = await ApiServer.Start();
        api.Exchanges.Add("Binance");
        Assert.Equal(200, (await api.Send("PATCH", One, "{\"interval\":30,\"logo\":null}", "application/merge-patch+json")).Status);
        Assert.Equal(new ExchangeChange(Interval: Patch.To(30L), Logo: Patch.Null<string>()), api.Exchanges.LastChange);
        Assert.Equal(200, (await api.Send("PATCH", One, "{}")).Status);
        Assert.Equal(new ExchangeChange(), api.Exchanges.LastChange);
        (await api.Send("PATCH", One, "{\"venue\":\"kraken\"}")).Invalid("venue", "venue cannot be changed");
    }

    [Fact]
    public async Task Delete_answers_204_and_then_404()
    {
        await using var api = await ApiServer.Start();
        api.Exchanges.Add("Binance");
        var reply = await api.Send("DELETE", One);
        Assert.Equal((204, string.Empty), (reply.Status, reply.Text));
        (await api.Send("DELETE", One)).Problem(404, "not-found");
    }

    [Theory]
    [InlineData("\"3-7\"", 304)]
    [InlineData("W/\"3-7\"", 304)]
    [InlineData("\"1-1\", \"3-7\"", 304)]
    [InlineData("*", 304)]
    [InlineData("\"3-6\"", 200)]
    [InlineData("3-7", 200)]
    public async Task If_none_match_compares_the_whole_tag(string tags, int status)
    {
        await using var api = await ApiServer.Start();
        api.Exchanges.Add("Binance");
        var reply = await api.Get(One, ("If-None-Match", tags));
        Assert.Equal((status, "\"3-7\""), (reply.Status, reply.Header("ETag")));
        Assert.Equal(status == 304, reply.Text.Length == 0);
    }

    [Theory]
    [InlineData("\"3-7\"", 200, 3)]
    [InlineData("\"3-1\"", 200, 3)]
    [InlineData("\"1-1\", \"3-2\", \"9-9\"", 200, 3)]
    [InlineData("*", 200, null)]
    [InlineData("\"2-7\"", 412, 2)]
    public async Task If_match_compares_the_version(string tags, int status, int? sent)
    {
        await using var api = await ApiServer.Start();
        api.Exchanges.Add("Binance");
        Assert.Equal(status, (await api.Send("PATCH", One, "{\"interval\":5}", headers: ("If-Match", tags))).Status);
        Assert.Equal((long?)sent, Assert.Single(api.Exchanges.ExpectedVersions));
        Assert.Equal(status == 200 ? 204 : 412, (await api.Send("DELETE", One, headers: ("If-Match", tags))).Status);
    }

    [Theory]
    [InlineData("W/\"3-7\"")]
    [InlineData("\"abc\"")]
    [InlineData("3-7")]
    [InlineData("\"1-1\", \"2-2\"")]
    [InlineData("\"3\"")]
    public async Task If_match_without_a_tag_that_can_match_is_412_and_nothing_is_sent(string tags)
    {
        await using var api = await ApiServer.Start();
        api.Exchanges.Add("Binance");
        (await api.Send("PATCH", One, "{\"interval\":5}", headers: ("If-Match", tags))).Problem(412, "stale-version");
        (await api.Send("DELETE", One, headers: ("If-Match", tags))).Problem(412, "stale-version");
        (await api.Send("DELETE", "/api/exchanges/9/", headers: ("If-Match", tags))).Problem(404, "not-found");
        Assert.Empty(api.Exchanges.ExpectedVersions);
    }

    [Fact]
    public async Task An_idempotency_key_is_handed_on_with_caller_route_and_body()
    {
        await using var api = await ApiServer.Start();
        await api.Send("POST", Many, "{\"name\":\"a\"}", headers: ("Idempotency-Key", "k-1"));
        await api.Send("POST", "/api/exchanges/1/run", headers: ("Idempotency-Key", new string('k', 255)));
        Assert.Equal(
            [
                new("local", "POST /api/exchanges/", "k-1", Sha256("{\"name\":\"a\"}"u8)),
                new("local", "POST /api/exchanges/1/run/", new string('k', 255), Sha256([])),
            ],
            api.Exchanges.Keys);

        static string Sha256(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body));
    }

    [Fact]
    public async Task An_idempotency_key_has_1_to_255_characters()
    {
        await using var api = await ApiServer.Start();
        (await api.Send("POST", Many, "{\"name\":\"a\"}", headers: ("Idempotency-Key", new string('k', 256))))
            .Invalid("Idempotency-Key", "Idempotency-Key must have 1 to 255 characters, not 256");
        (await api.Send("POST", Many, "{\"name\":\"a\"}", headers: ("Idempotency-Key", "")))
            .Invalid("Idempotency-Key", "Idempotency-Key must have 1 to 255 characters, not 0");
        Assert.Empty(api.Exchanges.Keys);
    }

    [Fact]
    public async Task A_list_hands_on_filters_order_and_page()
    {
        await using var api = await ApiServer.Start();
        await api.Get(Many + "?enabled=true&venue=kraken&name=A%20b&state=failing&ordering=-volume,name&limit=7&offset=3");
        Assert.Equal(new ExchangeFilter("default", true, "kraken", "A b", ExchangeCondition.Failing), api.Exchanges.LastFilter);
        Assert.Equal((7, 3), (api.Exchanges.LastPaging!.Limit, api.Exchanges.LastPaging.Offset));
        Assert.Equal([new OrderBy("volume", true), new OrderBy("name", false)], api.Exchanges.LastPaging.Ordering);
    }

    [Fact]
    public async Task Every_order_field_of_the_reader_is_one_of_the_list()
    {
        await using var api = await ApiServer.Start();
        Assert.Equal(200, (await api.Get(Many + "?ordering=" + string.Join(',', IExchangeReader.OrderFields))).Status);
        Assert.Equal(IExchangeReader.OrderFields, api.Exchanges.LastPaging!.Ordering.Select(by => by.Field));
    }

    [Fact]
    public async Task Pause_and_resume_are_told_to_the_gateway()
    {
        await using var api = await ApiServer.Start();
        Assert.Equal("""{"paused":true}""", (await api.Send("POST", "/api/pause/")).Text);
        Assert.True(api.Exchanges.Paused);
        Assert.True((await api.Get("/api/status/")).Json.GetProperty("paused").GetBoolean());
        Assert.Equal("""{"paused":false}""", (await api.Send("POST", "/api/resume/", "{}")).Text);
        Assert.False(api.Exchanges.Paused);
        (await api.Send("POST", "/api/pause/", "{\"why\":1}")).Invalid("why", "unknown field 'why'; no field is taken here");
        Assert.Equal(JsonValueKind.False, (await api.Get("/api/status/")).Json.GetProperty("paused").ValueKind);
    }
}
