using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace MarketManager.Simulator.Tests;

public sealed class ControlTests
{
    [Fact]
    public async Task Faults_can_be_read_with_what_is_left_of_them_and_lifted()
    {
        await using var venue = await Venue.Open();
        await venue.Order(new { path = "/api/v3/ping", kind = "error", status = 500, count = 2 });
        using var struck = await venue.Client.GetAsync("/api/v3/ping");
        Assert.Equal(
            """{"faults":[{"kind":"error","path":"/api/v3/ping","count":1,"milliseconds":null,"status":500,"retry_after":null}]}""",
            (await venue.Get("/control/faults")).GetRawText());

        using var lifted = await venue.Client.DeleteAsync("/control/faults");
        using var healthy = await venue.Client.GetAsync("/api/v3/ping");
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.OK), (lifted.StatusCode, healthy.StatusCode));
        Assert.Equal("""{"faults":[]}""", (await venue.Get("/control/faults")).GetRawText());
    }

    [Theory]
    [InlineData("""{"faults":[{"kind":"earthquake"}]}""", "kind")]
    [InlineData("""{"faults":[{"kind":"error","colour":"red"}]}""", "colour")]
    [InlineData("""{"faults":[{"path":null}]}""", "kind")]
    [InlineData("""{"faults":[null]}""", "faults[0]")]
    [InlineData("""{"faults":[{"kind":"reset"},{"kind":"error","path":"/api/v3/nothing"}]}""", "faults[1]: unknown path '/api/v3/nothing'")]
    [InlineData("""{"faults":[{"kind":"latency"}]}""", "latency needs milliseconds")]
    [InlineData("""{"faults":[{"kind":"error","milliseconds":5}]}""", "milliseconds belongs to latency")]
    [InlineData("""{"faults":[{"kind":"hang","status":500}]}""", "status belongs to error")]
    [InlineData("""{"faults":[{"kind":"error","status":200}]}""", "status must be 400 to 599")]
    [InlineData("""{"faults":[{"kind":"reset","retry_after":1}]}""", "retry_after belongs to")]
    [InlineData("""{"faults":[{"kind":"ban","retry_after":-1}]}""", "retry_after must be 0 to")]
    [InlineData("""{"faults":[{"kind":"reset","count":0}]}""", "count must be at least 1")]
    [InlineData("""{"errors":[]}""", "errors")]
    [InlineData("""{}""", "faults")]
    [InlineData("""null""", "object")]
    public async Task A_fault_that_makes_no_sense_is_refused_and_the_old_ones_stay(string body, string says)
    {
        await using var venue = await Venue.Open();
        await venue.Order(new { kind = "error" });
        var before = (await venue.Get("/control/faults")).GetRawText();
        using var response = await venue.Client.PutAsync("/control/faults", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Contains(says, (await response.Content.ReadFromJsonAsync<JsonElement>()).Text("error"), StringComparison.Ordinal);
        Assert.Equal(before, (await venue.Get("/control/faults")).GetRawText());
    }

    [Fact]
    public async Task Malformed_json_is_400_and_too_much_of_it_413()
    {
        await using var venue = await Venue.Open();
        using var malformed = await venue.Client.PutAsync("/control/faults", new StringContent("{"));
        using var large = await venue.Client.PutAsync("/control/faults", new StringContent(new string(' ', 65 * 1024)));
        using var many = await venue.Put("/control/faults", new { faults = Enumerable.Repeat(new { kind = "reset" }, 101) });
        Assert.Equal(
            [HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.UnprocessableEntity],
            [malformed.StatusCode, large.StatusCode, many.StatusCode]);
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("LOCALHOST:8090", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:8090", HttpStatusCode.OK)]
    [InlineData("[::1]:8090", HttpStatusCode.OK)]
    [InlineData("rebound.example", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1.rebound.example:8090", HttpStatusCode.Forbidden)]
    [InlineData("localhost.rebound.example", HttpStatusCode.Forbidden)]
    [InlineData("192.168.0.7:8090", HttpStatusCode.Forbidden)]
    public async Task Control_is_refused_under_a_name_that_is_not_this_machines(string host, HttpStatusCode status)
    {
        await using var venue = await Venue.Open();
        Assert.Equal(status, await StatusOf("/control/faults"));
        Assert.Equal(HttpStatusCode.OK, await StatusOf("/api/v3/ping"));

        async Task<HttpStatusCode> StatusOf(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Host = host;
            using var response = await venue.Client.SendAsync(request);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Requests_are_counted_by_path_with_their_weight_until_reset()
    {
        await using var venue = await Venue.Open();
        await venue.Bytes("/api/v3/exchangeInfo");
        await venue.Bytes("/api/v3/ticker/24hr");
        await venue.Bytes("/api/v3/ticker/24hr?symbol=BTCUSDT");
        await venue.Order(new { kind = "error" });
        using var struck = await venue.Client.GetAsync("/api/v3/ping");
        using var unknown = await venue.Client.GetAsync("/api/v3/nothing");
        Assert.Equal(
            """{"paths":{"/api/v3/exchangeInfo":1,"/api/v3/ping":1,"/api/v3/ticker/24hr":2},"requests":4,"weight":103}""",
            (await venue.Get("/control/requests")).GetRawText());

        using var reset = await venue.Client.DeleteAsync("/control/requests");
        Assert.Equal("""{"paths":{},"requests":0,"weight":0}""", (await venue.Get("/control/requests")).GetRawText());
    }

    [Fact]
    public async Task A_symbol_can_be_halted_and_resumed()
    {
        await using var venue = await Venue.Open();
        await venue.Bytes("/api/v3/exchangeInfo");
        await SetStatus("HALT");
        var info = (await venue.Get("/api/v3/exchangeInfo")).GetProperty("symbols")[1];
        Assert.Equal(("ETHUSDT", "HALT"), (info.Text("symbol"), info.Text("status")));
        var halted = await venue.Get("/api/v3/ticker/price?symbolStatus=HALT");
        Assert.Equal("ETHUSDT", Assert.Single(halted.EnumerateArray().ToList()).Text("symbol"));
        await SetStatus("TRADING");
        Assert.Equal("TRADING", (await venue.Get("/api/v3/exchangeInfo")).GetProperty("symbols")[1].Text("status"));

        async Task SetStatus(string status)
        {
            using var response = await venue.Put("/control/symbols/ETHUSDT", new { status });
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task An_unknown_symbol_status_or_control_is_refused()
    {
        await using var venue = await Venue.Open();
        using var symbol = await venue.Put("/control/symbols/NOPE", new { status = "HALT" });
        using var status = await venue.Put("/control/symbols/BTCUSDT", new { status = "ASLEEP" });
        using var control = await venue.Client.GetAsync("/control/nothing");
        Assert.Equal(
            [HttpStatusCode.NotFound, HttpStatusCode.UnprocessableEntity, HttpStatusCode.NotFound],
            [symbol.StatusCode, status.StatusCode, control.StatusCode]);
    }
}
