using System.Text.Json;
using MarketManager.Actors;
using MarketManager.Actors.Access;
using MarketManager.Api.Tests.Fakes;
using MarketManager.Cluster.Inspection;

namespace MarketManager.Api.Tests;

public sealed class ClusterTests
{
    private readonly FakeCluster _cluster = new();

    [Theory]
    [InlineData("GET", "/api/cluster/", null)]
    [InlineData("GET", "/api/cluster/nodes/", null)]
    [InlineData("GET", "/api/cluster/shards/", null)]
    [InlineData("GET", "/api/cluster/actors/1/", null)]
    [InlineData("POST", "/api/cluster/nodes/n1/drain/", null)]
    [InlineData("POST", "/api/cluster/nodes/n1/resume/", null)]
    [InlineData("POST", "/api/cluster/shards/gather/1/move/", """{"to":"n1"}""")]
    public async Task A_node_on_its_own_has_no_cluster_and_says_how_to_get_one(string method, string path, string? body)
    {
        await using var api = await ApiServer.Start();
        Assert.Equal(
            "this node is on its own; start it with --postgres to make it one of a cluster",
            (await api.Send(method, path, body)).Problem(404, "not-found").GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("GET", "/api/cluster/")]
    [InlineData("GET", "/api/cluster/nodes/")]
    [InlineData("GET", "/api/cluster/shards/")]
    [InlineData("GET", "/api/cluster/actors/1/")]
    [InlineData("POST", "/api/cluster/nodes/n1/drain/")]
    [InlineData("POST", "/api/cluster/nodes/n1/resume/")]
    [InlineData("POST", "/api/cluster/shards/gather/1/move/")]
    public async Task The_cluster_is_for_administrators(string method, string path)
    {
        await using var api = await ApiServer.Start(new ApiOptions { Access = AccessMode.KeysRequired }, _cluster);
        var key = api.Keys.Put(Role.Trader);
        (await api.Send(method, path, headers: ("Authorization", $"Bearer {key}"))).Problem(403, "forbidden");
        Assert.Empty(_cluster.Asked);
    }

    [Fact]
    public async Task Status_counts_nodes_and_shards()
    {
        await using var api = await ApiServer.Start(cluster: _cluster);
        Assert.Equal(
            """
            {"id":"0199a000-0000-7000-8000-000000000009","level":1,"node":"n1","state":"up","store":"postgresql 15.6","nodes":3,
            "shards":{"owned":2,"free":2,"moving":1}}
            """.ReplaceLineEndings(string.Empty),
            (await api.Get("/api/cluster/")).Text);
    }

    [Theory]
    [InlineData("up", "running")]
    [InlineData("leaving", "running")]
    [InlineData("suspended", "degraded")]
    public async Task A_node_that_is_suspended_is_degraded(string state, string status)
    {
        _cluster.AllNodes[0] = _cluster.AllNodes[0] with { Name = "node-1", State = Enum.Parse<MemberState>(state, ignoreCase: true) };
        _cluster.AllNodes[1] = _cluster.AllNodes[1] with { State = MemberState.Suspended };
        await using var api = await ApiServer.Start(cluster: _cluster);
        var shown = (await api.Get("/api/status/")).Json;
        Assert.Equal((status, state), (shown.GetProperty("status").GetString(), shown.GetProperty("nodes")[0].GetProperty("state").GetString()));
    }

    [Fact]
    public async Task Nodes_show_what_they_said_and_null_for_what_they_did_not()
    {
        await using var api = await ApiServer.Start(cluster: _cluster);
        var nodes = (await api.Get("/api/cluster/nodes/")).Json.GetProperty("results").EnumerateArray().Select(node => node.GetRawText()).ToList();
        Assert.Equal(3, nodes.Count);
        Assert.Equal(
            """
            {"name":"n1","id":"0199a000-0000-7000-8000-000000000001","address":"http://127.0.0.1:1","roles":["api","gather"],
            "state":"up","since":"2026-01-02T03:04:05.678Z","shards":2,"actors":5,"lease_seconds":1.5}
            """.ReplaceLineEndings(string.Empty),
            nodes[0]);
        Assert.Equal(
            """
            {"name":"n3","id":"0199a000-0000-7000-8000-000000000003","address":"http://127.0.0.1:3","roles":["gather"],
            "state":"unreachable","since":"2026-01-02T03:04:05.678Z","shards":1,"actors":null,"lease_seconds":null}
            """.ReplaceLineEndings(string.Empty),
            nodes[2]);
    }

    [Theory]
    [InlineData("nodes/?state=drained", "n2")]
    [InlineData("nodes/?role=api", "n1 n2")]
    [InlineData("nodes/?name=n3", "n3")]
    [InlineData("nodes/?role=trade", "")]
    [InlineData("nodes/?ordering=-actors", "n1 n2 n3")]
    [InlineData("nodes/?ordering=lease_seconds&limit=1", "n2")]
    [InlineData("shards/?state=moving", "1")]
    [InlineData("shards/?state=free", "2")]
    [InlineData("shards/?owner=n3", "3")]
    [InlineData("shards/?owner=nobody", "")]
    [InlineData("shards/?role=gather&ordering=-epoch&limit=2", "2 1")]
    [InlineData("shards/?ordering=owner,-shard", "0 3 2 1")]
    public async Task Lists_are_filtered_and_ordered(string query, string expected)
    {
        await using var api = await ApiServer.Start(cluster: _cluster);
        var results = (await api.Get("/api/cluster/" + query)).Json.GetProperty("results").EnumerateArray();
        Assert.Equal(expected, string.Join(' ', results.Select(one => one.GetProperty(query.StartsWith("nodes", StringComparison.Ordinal) ? "name" : "shard").ToString())));
    }

    [Theory]
    [InlineData("nodes/?state=upp", "state", "state must be one of up, leaving, drained, suspended, unreachable, not 'upp'; did you mean 'up'?")]
    [InlineData("nodes/?owner=n1", "owner", "unknown parameter 'owner'; there are name, role, state, limit, offset, ordering, format")]
    [InlineData("shards/?ordering=epochs", "ordering", "ordering cannot be by 'epochs'; did you mean 'epoch'?")]
    public async Task A_wrong_parameter_is_refused_with_the_nearest(string query, string field, string message)
    {
        await using var api = await ApiServer.Start(cluster: _cluster);
        (await api.Get("/api/cluster/" + query)).Invalid(field, message);
    }

    [Fact]
    public async Task Shards_come_as_csv_too()
    {
        await using var api = await ApiServer.Start(cluster: _cluster);
        Assert.Equal(
            "role,shard,state,owner,epoch,wanted,actors\r\ngather,0,owned,n1,3,,7\r\ngather,1,moving,,4,n3,\r\n",
            (await api.Get("/api/cluster/shards/?format=csv&limit=2")).Text);
    }

    [Theory]
    [InlineData("drain")]
    [InlineData("resume")]
    public async Task Draining_and_resuming_take_no_fields(string verb)
    {
        await using var api = await ApiServer.Start(cluster: _cluster);
        (await api.Send("POST", $"/api/cluster/nodes/n1/{verb}/", """{"force":true}""")).Invalid("force", "unknown field 'force'; no field is taken here");
        Assert.Empty(_cluster.Asked);
        Assert.Equal(202, (await api.Send("POST", $"/api/cluster/nodes/n1/{verb}/", "{}")).Status);
    }

    [Theory]
    [InlineData(0, "n1", 200)]
    [InlineData(1, "n3", 202)]
    public async Task A_move_answers_200_once_the_shard_is_there_and_202_before(int shard, string to, int status)
    {
        await using var api = await ApiServer.Start(cluster: _cluster);
        var reply = await api.Send("POST", $"/api/cluster/shards/gather/{shard}/move/", $$"""{"to":"{{to}}"}""");
        Assert.Equal((status, shard), (reply.Status, reply.Json.GetProperty("shard").GetInt32()));
        Assert.Equal([$"move gather/{shard} {to}"], _cluster.Asked);
    }

    [Fact]
    public async Task A_move_needs_a_number_and_a_node()
    {
        await using var api = await ApiServer.Start(cluster: _cluster);
        (await api.Send("POST", "/api/cluster/shards/gather/x/move/", """{"to":"n1"}""")).Problem(404, "not-found");
        (await api.Send("POST", "/api/cluster/shards/gather/-1/move/", """{"to":"n1"}""")).Problem(404, "not-found");
        (await api.Send("POST", "/api/cluster/shards/gather/1/move/", "{}")).Invalid("to", "to is required: a text: the name of a node");
        (await api.Send("POST", "/api/cluster/shards/gather/1/move/", """{"to":"n1","too":1}""")).Invalid("too", "unknown field 'too'; did you mean 'to'?");
        Assert.Empty(_cluster.Asked);
    }

    [Theory]
    [InlineData(RejectionKind.NotFound, 404, "not-found")]
    [InlineData(RejectionKind.Conflict, 409, "conflict")]
    [InlineData(RejectionKind.Unavailable, 503, "unavailable")]
    [InlineData(RejectionKind.OutcomeUnknown, 503, "outcome-unknown")]
    public async Task What_the_cluster_refuses_is_a_problem_with_its_reason(RejectionKind kind, int status, string type)
    {
        await using var api = await ApiServer.Start(cluster: _cluster);
        _cluster.NextRejection = new Rejection(kind, "because of this");
        Reply[] replies =
        [
            await api.Send("POST", "/api/cluster/shards/gather/1/move/", """{"to":"n1"}"""),
            await api.Send("POST", "/api/cluster/nodes/n1/drain/"),
            await api.Send("POST", "/api/cluster/nodes/n1/resume/"),
            await api.Get("/api/cluster/actors/1/"),
        ];
        Assert.All(replies, reply => Assert.StartsWith(
            "because of this", reply.Problem(status, type).GetProperty("detail").GetString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("drain")]
    [InlineData("resume")]
    public async Task Draining_and_resuming_answer_202_with_the_node(string verb)
    {
        await using var api = await ApiServer.Start(cluster: _cluster);
        var reply = await api.Send("POST", $"/api/cluster/nodes/host%3A8080/{verb}/");
        Assert.Equal((202, "n1"), (reply.Status, reply.Json.GetProperty("name").GetString()));
        Assert.Equal([$"{verb} host:8080"], _cluster.Asked);
    }

    [Fact]
    public async Task An_actor_is_found_by_id_or_name_and_shown_with_its_last_messages()
    {
        await using var api = await ApiServer.Start(cluster: _cluster);
        api.Exchanges.Add("Binance");
        var child = FakeCluster.Inspection("/exchanges/exchange-1/run-7") with { LastFailure = null };
        _cluster.NextActor = new ActorStatus(
            1, "gather", 65, 3, "n3", new Uri("http://127.0.0.1:3"), FakeCluster.Inspection(children: child), null, FakeExchanges.Created);
        const string Expected =
            """
            {"exchange":1,"state":"handling","path":"/exchanges/exchange-1","node":"n3","address":"http://127.0.0.1:3","role":"gather",
            "shard":65,"epoch":3,"sequence":41,"mailbox":3,"restarts":1,"broken":null,
            "last_error":{"kind":"FormatException","message":"not a number","at":"2026-01-02T03:03:05.678Z"},
            "messages":[{"type":"RunMessage.RunNow","at":"2026-01-02T03:04:03.178Z","age_seconds":2.5}],
            "children":[{"path":"/exchanges/exchange-1/run-7","state":"handling","mailbox":3,"restarts":1,"last_error":null}]}
            """;
        Assert.Equal(Expected.ReplaceLineEndings(string.Empty), (await api.Get("/api/cluster/actors/Binance/")).Text);
        Assert.Equal(Expected.ReplaceLineEndings(string.Empty), (await api.Get("/api/cluster/actors/1/")).Text);
        Assert.Equal(["actor 1", "actor 1"], _cluster.Asked);
    }

    [Theory]
    [InlineData(null, null, "moving")]
    [InlineData("n1", "the journal has a gap", "broken")]
    public async Task An_actor_that_is_not_there_says_why(string? node, string? broken, string state)
    {
        await using var api = await ApiServer.Start(cluster: _cluster);
        _cluster.NextActor = new ActorStatus(1, "gather", 65, 3, node, null, null, broken, FakeExchanges.Created);
        var actor = (await api.Get("/api/cluster/actors/1/")).Json;
        Assert.Equal((state, broken), (actor.GetProperty("state").GetString(), actor.GetProperty("broken").GetString()));
        Assert.Equal(JsonValueKind.Null, actor.GetProperty("mailbox").ValueKind);
    }

    [Theory]
    [InlineData("Binanse", "there is no exchange 'Binanse'; did you mean 'Binance'?")]
    [InlineData("7", "there is no exchange '7'")]
    [InlineData("99999999999999999999", "there is no exchange '99999999999999999999'")]
    public async Task An_actor_of_no_exchange_is_404_with_the_nearest(string name, string detail)
    {
        await using var api = await ApiServer.Start(cluster: _cluster);
        api.Exchanges.Add("Binance");
        Assert.Equal(detail, (await api.Get($"/api/cluster/actors/{name}/")).Problem(404, "not-found").GetProperty("detail").GetString());
    }

    [Fact]
    public async Task The_status_lists_the_nodes_of_the_cluster()
    {
        await using var api = await ApiServer.Start(cluster: _cluster);
        var nodes = (await api.Get("/api/status/")).Json.GetProperty("nodes").EnumerateArray().Select(node => node.GetRawText()).ToList();
        Assert.Equal(3, nodes.Count);
        Assert.Equal(
            """
            {"name":"n3","id":"0199a000-0000-7000-8000-000000000003","address":"http://127.0.0.1:3","roles":["gather"],
            "state":"unreachable","since":"2026-01-02T03:04:05.678Z","actors":null}
            """.ReplaceLineEndings(string.Empty),
            nodes[2]);
    }

    [Fact]
    public async Task The_status_shows_this_node_while_it_is_no_member()
    {
        await using var api = await ApiServer.Start(cluster: _cluster);
        _cluster.AllNodes.Clear();
        var node = Assert.Single((await api.Get("/api/status/")).Json.GetProperty("nodes").EnumerateArray());
        Assert.Equal("node-1", node.GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("/api/cluster/", "Cluster", false)]
    [InlineData("/api/cluster/nodes/", "Node", true)]
    [InlineData("/api/cluster/shards/", "Shard", true)]
    [InlineData("/api/cluster/actors/1/", "Actor", false)]
    public async Task Resources_have_just_the_fields_of_their_schema(string path, string schema, bool list)
    {
        await using var api = await ApiServer.Start(cluster: _cluster);
        _cluster.NextActor = new ActorStatus(1, "gather", 65, 3, null, null, null, null, FakeExchanges.Created);
        var fields = (await api.Get("/openapi/v1.json")).Json
            .GetProperty("components").GetProperty("schemas").GetProperty(schema).GetProperty("properties");
        var reply = (await api.Get(path)).Json;
        Assert.Equal(
            fields.EnumerateObject().Select(field => field.Name),
            (list ? reply.GetProperty("results")[0] : reply).EnumerateObject().Select(field => field.Name));
    }

    [Theory]
    [InlineData("/api/status/", false)]
    [InlineData("/api/cluster/", false)]
    [InlineData("/api/nothing/", false)]
    [InlineData("/", false)]
    [InlineData("/docs", false)]
    [InlineData("/docs/swagger-ui.css", false)]
    [InlineData("/openapi/v1.json", false)]
    [InlineData("/healthz/live", true)]
    [InlineData("/healthz/ready", true)]
    [InlineData("/metrics", true)]
    public async Task A_node_without_the_role_api_answers_for_health_and_metrics_only(string path, bool isThere)
    {
        await using var api = await ApiServer.Start(new ApiOptions { ServesApi = false }, _cluster);
        var reply = await api.Get(path);
        if (isThere)
        {
            Assert.Equal(200, reply.Status);
        }
        else
        {
            Assert.Equal(
                "this node does not have the role 'api' and answers for health and metrics only; ask another node, or its UNIX socket",
                reply.Problem(404, "not-found").GetProperty("detail").GetString());
        }
    }

    [Fact]
    public async Task A_node_without_the_role_api_answers_all_over_its_socket()
    {
        await using var api = await ApiServer.Start(new ApiOptions { ServesApi = false }, _cluster);
        using var local = api.OverSocket();
        using var answer = await local.GetAsync(new Uri("/api/cluster/nodes/", UriKind.Relative));
        Assert.Equal(200, (int)answer.StatusCode);
    }
}
