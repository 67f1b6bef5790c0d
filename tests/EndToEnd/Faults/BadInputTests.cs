using System.Text;
using System.Text.Json;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Faults;

/// <summary>What clients send that they should not, over real HTTP.</summary>
public sealed class BadInputTests(NodeOnSimulator rig) : IClassFixture<NodeOnSimulator>, IAsyncLifetime
{
    private const string Exchanges = "api/exchanges/";

    /// <summary>Bodies of a new exchange, the field that is wrong, and a part of what is said about it.</summary>
    public static TheoryData<string, string, string> WrongExchanges => new()
    {
        { Named("say \"hi\""), "name", "name has the character '\"'" },
        { Named("it's"), "name", "name has the character '''" },
        { Named("moon 🚀"), "name", "name has the character '🚀'" },
        { Named(new string('a', 10_000)), "name", "name has 10000 characters" },
        { Named(" a"), "name", "begins or ends with a space" },
        { Named("123"), "name", "name has no letter" },
        { Named(""), "name", "name has 0 characters" },
        { "{}", "name", "name is required" },
        { """{"name":null}""", "name", "not null" },
        { With("interval", "0"), "interval", "1 to 604800" },
        { With("interval", "-1"), "interval", "1 to 604800" },
        { With("interval", "1.5"), "interval", "not 1.5; did you mean 2?" },
        { With("interval", "\"60\""), "interval", "not a text; did you mean 60?" },
        { With("interval", "1000000000000"), "interval", "1 to 604800" },
        { With("interval", "1e12"), "interval", "1 to 604800" },
        { With("interval", "1e400"), "interval", "a whole number" },
        { With("interval", "true"), "interval", "not true" },
        { With("enabled", "1"), "enabled", "true or false" },
        { With("venue", "\"binanse\""), "venue", "did you mean 'binance'?" },
        { With("venue", "\"\""), "venue", "unknown venue" },
        { With("url", "\"ftp://x\""), "url", "http" },
        { With("options", "[]"), "options", "a JSON object, not a list" },
        { With("options", """{"ccxt":{"apiKey":"abc"}}"""), "options", "keys and secrets are refused" },
        { With("options", """{"ccxt":{"options":{"secret":"abc"}}}"""), "options", "keys and secrets are refused" },
        { With("options", """{"markets":{"symbols":["LONG"]}}""".Replace("LONG", new string('a', 17 * 1024), StringComparison.Ordinal)), "options", "16" },
        { With("options", Nested(17)), "options", "nested" },
        { With("options", """{"max_run":0}"""), "options", "max_run" },
        { With("options", """{"markets":{"symbls":[]}}"""), "options", "symbols" },
        { With("id", "7"), "id", "set by the server" },
        { With("intervall", "7"), "intervall", "did you mean 'interval'?" },
    };

    public async Task InitializeAsync()
    {
        await rig.Venue.Order();
        Assert.Equal(200, (await rig.Ask("POST", "api/pause/")).Code);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [MemberData(nameof(WrongExchanges))]
    public async Task Wrong_field_is_named_and_nothing_is_created(string body, string field, string message)
    {
        var before = await Count();

        var reply = await rig.Ask("POST", Exchanges, body);

        Assert.Equal((422, "application/problem+json"), (reply.Code, reply.Message.Content.Headers.ContentType!.MediaType));
        var said = Assert.Single(reply.Json.GetProperty("errors").EnumerateObject());
        Assert.Equal(field, said.Name);
        Assert.Contains(message, said.Value[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(before, await Count());
    }

    [Theory]
    [InlineData("POST", Exchanges, "{", 400)]
    [InlineData("POST", Exchanges, "{\"name\":\"a\"}x", 400)]
    [InlineData("POST", Exchanges, "", 400)]
    [InlineData("POST", Exchanges, "[]", 422)]
    [InlineData("POST", Exchanges, "7", 422)]
    [InlineData("GET", "api/exchanges/?limit=0", null, 422)]
    [InlineData("GET", "api/exchanges/?limit=1001", null, 422)]
    [InlineData("GET", "api/exchanges/?limit=ten", null, 422)]
    [InlineData("GET", "api/exchanges/?offset=-1", null, 422)]
    [InlineData("GET", "api/exchanges/?ordering=nam", null, 422)]
    [InlineData("GET", "api/exchanges/?nam=a", null, 422)]
    [InlineData("GET", "api/exchanges/999999/", null, 404)]
    [InlineData("GET", "api/exchanges/one/", null, 404)]
    [InlineData("GET", "api/exchanges/99999999999999999999/", null, 404)]
    [InlineData("GET", "api/exchanges/-1/", null, 404)]
    [InlineData("PATCH", "api/exchanges/999999/", "{}", 404)]
    [InlineData("DELETE", "api/exchanges/999999/", null, 404)]
    [InlineData("POST", "api/exchanges/999999/run/", null, 404)]
    [InlineData("GET", "api/exchanges/999999/runs/", null, 404)]
    [InlineData("GET", "api/venues/binanse/", null, 404)]
    [InlineData("GET", "api/nothing/", null, 404)]
    [InlineData("GET", "nothing", null, 404)]
    public async Task Request_that_cannot_be_met_is_refused_with_its_status(string method, string path, string? body, int status)
    {
        var reply = await rig.Ask(method, path, body);

        Assert.Equal((status, "application/problem+json"), (reply.Code, reply.Message.Content.Headers.ContentType?.MediaType));
        Assert.Equal(status, reply.Json.GetProperty("status").GetInt32());
        Assert.NotEqual("", reply["detail"]);
    }

    [Fact]
    public async Task Body_of_more_than_a_mebibyte_is_413()
    {
        var body = Named(new string('a', 1 << 20));
        Assert.Equal(413, (await rig.Ask("POST", Exchanges, body)).Code);

        using var request = new HttpRequestMessage(HttpMethod.Post, Exchanges) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = true;
        Assert.Equal(413, (int)(await rig.Node.Http.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Body_that_is_not_json_is_415() =>
        Assert.Equal(415, (await Reply.To(rig.Node.Http, "POST", Exchanges, "name=a", "application/x-www-form-urlencoded")).Code);

    [Theory]
    [InlineData("PUT", "api/exchanges/1/", "DELETE, GET, PATCH")]
    [InlineData("DELETE", Exchanges, "GET, POST")]
    [InlineData("GET", "api/exchanges/1/run/", "POST")]
    [InlineData("POST", "api/markets/", "GET")]
    public async Task Wrong_method_is_405_and_tells_the_right_ones(string method, string path, string allowed)
    {
        var reply = await rig.Ask(method, path);

        Assert.Equal(405, reply.Code);
        var told = reply.Message.Content.Headers.Allow.Where(name => name != "HEAD").Order(StringComparer.Ordinal);
        Assert.Equal(allowed, string.Join(", ", told));
    }

    [Fact]
    public async Task Trailing_slash_is_optional()
    {
        var id = await rig.Create();
        foreach (var path in (string[])["api/exchanges", $"api/exchanges/{id}", $"api/exchanges/{id}/runs", "api/markets", "api/venues", "api/status"])
        {
            Assert.Equal((200, 200), ((await rig.Ask("GET", path)).Code, (await rig.Ask("GET", path + "/")).Code));
        }
    }

    [Fact]
    public async Task Of_eight_creations_of_one_name_one_is_made()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            rig.Ask("POST", Exchanges, JsonSerializer.Serialize(new { name = i % 2 == 0 ? "Eight at once" : "EIGHT at once", venue = "sim" }))));

        Assert.Equal([201, 409, 409, 409, 409, 409, 409, 409], replies.Select(reply => reply.Code).Order());
        Assert.All(replies.Where(reply => reply.Code == 409), reply => Assert.True(reply.Json.GetProperty("errors").TryGetProperty("name", out _), reply.Text));
        var made = replies.Single(reply => reply.Code == 201);
        Assert.Equal(1, (await rig.Node.Get($"api/exchanges/?name={Uri.EscapeDataString(made["name"]!)}")).GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Of_eight_creations_with_one_key_one_is_made_and_repeated()
    {
        var body = """{"name":"Once","venue":"sim"}""";
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => rig.Ask("POST", Exchanges, body, ("Idempotency-Key", "once"))));
        var again = await rig.Ask("POST", Exchanges, body, ("Idempotency-Key", "once"));

        Assert.Equal(201, again.Code);
        Assert.All(replies, reply => Assert.True(reply.Code == 409 || (reply.Code, reply.Text) == (201, again.Text), reply.Text));
        Assert.Equal(422, (await rig.Ask("POST", Exchanges, """{"name":"Twice","venue":"sim"}""", ("Idempotency-Key", "once"))).Code);
    }

    [Fact]
    public async Task Patch_against_a_stale_version_is_412_and_changes_nothing()
    {
        var path = $"api/exchanges/{await rig.Create()}/";
        var read = (await rig.Ask("GET", path)).Message.Headers.ETag!.Tag;
        Assert.Equal(200, (await rig.Ask("PATCH", path, """{"interval":61}""", ("If-Match", read))).Code);

        Assert.Equal(412, (await rig.Ask("PATCH", path, """{"interval":62}""", ("If-Match", read))).Code);
        Assert.Equal(412, (await rig.Ask("DELETE", path, headers: ("If-Match", read))).Code);

        Assert.Equal("61", (await rig.Ask("GET", path))["interval"]);
        Assert.Equal(422, (await rig.Ask("PATCH", path, """{"interval":null,"venue":"binance"}""")).Code);
        Assert.Equal("61", (await rig.Ask("GET", path))["interval"]);
        Assert.Equal(200, (await rig.Ask("PATCH", path, """{"interval":62}""", ("If-Match", "*"))).Code);
    }

    [Fact]
    public async Task Of_ten_runs_on_demand_at_once_one_is_started_and_named_to_the_others()
    {
        var id = await rig.Create();
        await rig.Venue.Order("""{"kind":"latency","milliseconds":1500}""");

        var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => rig.Ask("POST", $"api/exchanges/{id}/run/{(i % 2 == 0 ? "" : "?wait=60")}")));

        var refused = replies.Where(reply => reply.Code == 409).ToList();
        Assert.Equal(9, refused.Count);
        var started = Assert.Single(replies, reply => reply.Code is 200 or 202)["run_id"];
        Assert.All(refused, reply => Assert.Equal(started, reply["run_id"]));
        Assert.Equal(started, Assert.Single(await rig.Runs(id)).GetProperty("run_id").GetString());
        await rig.Ended(id, started!);
    }

    [Fact]
    public async Task Delete_during_a_run_cancels_it_and_keeps_its_history()
    {
        var id = await rig.Create();
        await rig.Venue.Order("""{"kind":"hang"}""");
        var run = await rig.Begin(id);

        Assert.Equal(204, (await rig.Ask("DELETE", $"api/exchanges/{id}/")).Code);

        Assert.Equal(404, (await rig.Ask("GET", $"api/exchanges/{id}/")).Code);
        var kept = Assert.Single(await rig.Runs(id));
        Assert.Equal((run, "cancelled deleted 1"), (kept.GetProperty("run_id").GetString(), NodeOnSimulator.Outcome(kept)));
        Assert.Empty(await rig.Markets(id));
    }

    private static string Named(string name) => JsonSerializer.Serialize(new { name, venue = "sim" });

    private static string With(string field, string json) =>
        field == "venue" ? $$"""{"name":"Wrong","venue":{{json}}}""" : $$"""{"name":"Wrong","venue":"sim","{{field}}":{{json}}}""";

    private static string Nested(int depth) =>
        """{"ccxt":{"options":""" + string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth + 2);

    private async Task<long> Count() => (await rig.Node.Get(Exchanges)).GetProperty("count").GetInt64();
}
