using MarketManager.Actors;
using MarketManager.Actors.Runs;

namespace MarketManager.Api.Tests;

public sealed class RunTests
{
    private const string Run = "/api/exchanges/1/run/";
    private static readonly Guid FirstRun = Guid.Parse("01990000-0000-7000-8000-000000000000");
    private static readonly string First = $"/api/exchanges/1/runs/{FirstRun}/";

    [Fact]
    public async Task A_run_is_started_without_a_body_and_answered_202()
    {
        await using var api = await Start();
        var reply = await api.Send("POST", Run);
        Assert.Equal((202, First), (reply.Status, reply.Header("Location")));
        Assert.Equal("""{"run_id":"01990000-0000-7000-8000-000000000000","state":"running","started":"2026-01-02T03:04:05.678Z"}""", reply.Text);
        Assert.Equal(202, (await api.Send("POST", Run, "{}")).Status);
        Assert.Equal(202, (await api.Send("POST", Run, "", type: null)).Status);
    }

    [Fact]
    public async Task A_body_of_run_must_be_the_empty_object()
    {
        await using var api = await Start();
        (await api.Send("POST", Run, "{\"now\":true}")).Invalid("now", "unknown field 'now'; no field is taken here");
        (await api.Send("POST", Run, "[]")).Problem(422, "invalid");
        (await api.Send("POST", Run, "{")).Problem(400, "malformed-json");
        (await api.Send("POST", Run, "{}", "text/plain")).Problem(415, "not-json");
        Assert.Empty(api.Runs.All);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?wait=30")]
    public async Task A_run_while_one_is_going_is_409_with_its_id(string query)
    {
        await using var api = await Start();
        api.Exchanges.NextRejection = new Rejection(RejectionKind.AlreadyRunning, "a run is going", RunId: FirstRun);
        Assert.Equal(FirstRun, (await api.Send("POST", Run + query)).Problem(409, "already-running").GetProperty("run_id").GetGuid());
    }

    [Fact]
    public async Task Waiting_answers_200_with_the_run_when_it_has_ended_whatever_its_outcome()
    {
        await using var api = await Start();
        var waiting = api.Send("POST", Run + "?wait=30");
        await api.Runs.Awaited.Task;
        Assert.False(waiting.IsCompleted);
        api.Runs.End(FirstRun);
        var reply = await waiting;
        Assert.Equal((200, First), (reply.Status, reply.Header("Location")));
        Assert.Equal(
            """
            {"run_id":"01990000-0000-7000-8000-000000000000","exchange":1,"trigger":"demand","due":"2026-01-02T03:04:05.678Z",
            "state":"failed","started":"2026-01-02T03:04:05.678Z","ended":"2026-01-02T03:04:07.178Z","attempts":1,"markets":null,
            "tickers":null,"duration_ms":1500,"error":{"kind":"network","message":"no way, \"none\"","at":"2026-01-02T03:04:05.678Z"},
            "node":"node-1"}
            """.ReplaceLineEndings(string.Empty),
            reply.Text);
        Assert.Equal(reply.Text, (await api.Get(First + "?wait=30")).Text);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("GET")]
    public async Task Waiting_in_vain_answers_202_with_the_run_so_far(string method)
    {
        await using var api = await Start();
        if (method == "GET")
        {
            api.Runs.Start(1);
        }

        var waiting = api.Send(method, (method == "GET" ? First : Run) + "?wait=1");
        await api.Runs.Awaited.Task;
        api.Runs.GiveUp(FirstRun);
        var reply = await waiting;
        Assert.Equal((202, "running"), (reply.Status, reply.Json.GetProperty("state").GetString()));
        Assert.Equal(1, reply.Json.GetProperty("exchange").GetInt32());
    }

    [Fact]
    public async Task Shutting_down_ends_the_waiting_with_the_run_so_far()
    {
        await using var api = await Start();
        var waiting = api.Send("POST", Run + "?wait=300");
        await api.Runs.Awaited.Task;
        api.StopServing();
        Assert.Equal(202, (await waiting).Status);
    }

    [Fact]
    public async Task The_tag_of_a_run_changes_when_it_ends()
    {
        await using var api = await Start();
        api.Runs.Start(1);
        var going = await api.Get(First);
        Assert.Equal((200, "\"1-2\""), (going.Status, going.Header("ETag")));
        Assert.Equal(304, (await api.Get(First, ("If-None-Match", "\"1-2\""))).Status);
        api.Runs.End(FirstRun);
        Assert.Equal("\"1-3\"", (await api.Get(First, ("If-None-Match", "\"1-2\""))).Header("ETag"));
    }

    [Fact]
    public async Task Runs_hand_on_their_filters()
    {
        await using var api = await Start();
        Assert.Equal(200, (await api.Get(
            "/api/exchanges/1/runs/?state=stale&trigger=recovery&from=2026-01-31T12:00:00.5%2B02:00&to=2026-02-01t00:00:00z&ordering=-duration_ms")).Status);
        Assert.Equal(
            new RunFilter(
                1,
                RunState.Stale,
                RunTrigger.Recovery,
                new DateTimeOffset(2026, 1, 31, 10, 0, 0, 500, TimeSpan.Zero),
                new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero)),
            api.Runs.LastFilter);
        Assert.Equal(200, (await api.Get("/api/exchanges/1/runs/?ordering=" + string.Join(',', IRunReader.OrderFields))).Status);
        Assert.Equal(200, (await api.Get("/api/exchanges/1/runs/?from=2026-01-31T12:00:00+02:00")).Status);
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 10, 0, 0, TimeSpan.Zero), api.Runs.LastFilter!.From);
    }

    [Fact]
    public async Task The_history_of_a_deleted_exchange_stays_readable()
    {
        await using var api = await Start();
        api.Runs.Start(1);
        api.Runs.End(FirstRun);
        await api.Send("DELETE", "/api/exchanges/1/");
        Assert.Equal(1, (await api.Get("/api/exchanges/1/runs/?state=failed")).Json.GetProperty("count").GetInt32());
        Assert.Equal(200, (await api.Get(First)).Status);
        Assert.StartsWith("01990000-0000-7000-8000-000000000000,1,demand,", (await api.Get("/api/exchanges/1/runs/?format=csv")).Text.Split("\r\n")[1], StringComparison.Ordinal);
        (await api.Get("/api/exchanges/2/runs/")).Problem(404, "not-found");
    }

    private static async Task<ApiServer> Start()
    {
        var api = await ApiServer.Start();
        api.Exchanges.Add("Binance");
        return api;
    }
}
