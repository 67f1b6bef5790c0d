using MarketManager.Cli.Tests.Fakes;
using Xunit;

namespace MarketManager.Cli.Tests.Cluster;

public sealed class ClusterCommandTests : IAsyncLifetime
{
    private readonly Terminal _shell = new();
    private FakeNode _node = null!;

    public async Task InitializeAsync() => _node = (await FakeNode.Start())
        .On("GET /api/cluster/", CannedCluster.Status)
        .On("GET /api/cluster/nodes/?limit=1000", CannedCluster.Nodes)
        .On("GET /api/cluster/shards/?limit=1000", CannedCluster.Shards)
        .On("GET /api/exchanges/?name=binance&limit=2", Canned.Exchanges(Canned.Binance))
        .On("GET /api/cluster/actors/1/", CannedCluster.Actor);

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task Status_shows_the_whole()
    {
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "cluster", "status"));
        Assert.Equal(
            """
            Cluster    0199a000-0000-7000-8000-000000000009
            Nodes      3
            Shards     118 owned, 2 free (1 of them moving)
            Seen from  n1, up
            Store      postgresql 15.6
            Level      1

            """,
            _shell.Out);
    }

    [Fact]
    public async Task Nodes_fit_80_columns()
    {
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "cluster", "nodes"));
        Assert.Equal(
            """
            NODE  STATE        SHARDS  ACTORS  LEASE  JOINED  ADDRESS
            n1    up               60      12   1.5s  5m ago  http://10.0.0.1:8080
            n2    drained           0       2   lost  2m ago  http://10.0.0.2:8080
            n3    unreachable      58       -      -  1m ago  http://10.0.0.3:8080

            """,
            _shell.Out);
    }

    [Fact]
    public async Task Nodes_and_shards_are_filtered_by_the_node_that_is_asked()
    {
        _node.On("GET /api/cluster/nodes/?role=api&state=up&limit=1000", CannedCluster.Nodes)
            .On("GET /api/cluster/shards/?owner=n1&role=gather&state=owned&ordering=-epoch&limit=5", Canned.List());
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "cluster", "nodes", "--role", "api", "--state", "up"));
        Assert.Equal(
            ExitCode.Done,
            await _shell.Run(
                _node, "cluster", "shards", "--owner", "n1", "--role", "gather", "--state", "owned", "--order", "-epoch", "--limit", "5"));
        Assert.Equal("no shards\n", _shell.Error);
    }

    [Fact]
    public async Task Shards_of_a_node_that_is_not_there_are_not_just_none()
    {
        _node.On("GET /api/cluster/shards/?owner=n4&limit=1000", Canned.List());
        Assert.Equal(ExitCode.NotFound, await _shell.Run(_node, "cluster", "shards", "--owner", "n4"));
        Assert.Equal("error: there is no node 'n4'; did you mean 'n1'?\n", _shell.Error);
    }

    [Fact]
    public async Task Shards_show_owner_epoch_and_actors()
    {
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "cluster", "shards"));
        Assert.Equal(
            """
            SHARD     STATE   OWNER  EPOCH  ACTORS  WANTED
            gather/0  owned   n1         3       7  -
            gather/1  moving  -          4       -  n3
            gather/2  owned   n3         1       -  -

            """,
            _shell.Out);
    }

    [Fact]
    public async Task Actor_shows_where_it_is_what_it_does_and_what_went_wrong()
    {
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "cluster", "actor", "binance"));
        Assert.Equal(
            """
            Exchange    Binance (id 1)
            State       handling RunMessage.RunNow, 12s so far
            Node        n3, http://10.0.0.3:8080
            Shard       gather/65, epoch 3
            Path        /exchanges/exchange-1
            Last event  1412
            Mailbox     2
            Restarts    1
            Last error  FormatException, 5m ago: not a number

            AGO  LAST MESSAGES
            12s  RunMessage.RunNow
             1m  RunMessage.StartDue

            CHILD  STATE  MAILBOX  RESTARTS  LAST ERROR
            run-7  idle         0         2  TimeoutException, 1m ago: no answer

            """,
            _shell.Out);
    }

    [Theory]
    [InlineData("moving", "null", "moving: no node owns its shard just now")]
    [InlineData("broken", "\"a gap in the journal\"", "broken: a gap in the journal")]
    public async Task Actor_that_is_not_there_says_why(string state, string broken, string text)
    {
        await using var node = (await FakeNode.Start())
            .On("GET /api/exchanges/?name=binance&limit=2", Canned.Exchanges(Canned.Binance))
            .On("GET /api/cluster/actors/1/", CannedCluster.NoActor(state, broken));
        Assert.Equal(ExitCode.Done, await _shell.Run(node, "cluster", "actor", "binance"));
        Assert.Contains($"State       {text}\n", _shell.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("17", "gather", 17)]
    [InlineData("trade/3", "trade", 3)]
    public async Task Move_names_the_role_or_means_gather(string shard, string role, int number)
    {
        _node.On($"POST /api/cluster/shards/{role}/{number}/move/", CannedCluster.Shard(role, number, "n2", 5));
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "cluster", "move", shard, "n2"));
        Assert.Equal("""{"to":"n2"}""", _node.Requests.Single().Body);
        Assert.Equal($"moving {role}/{number} to n2\n{role}/{number} is with n2 now, epoch 5\n", _shell.Error);
        Assert.Equal(string.Empty, _shell.Out);
    }

    [Fact]
    public async Task Move_that_takes_longer_is_done_as_well_and_says_so()
    {
        _node.On("POST /api/cluster/shards/gather/1/move/", CannedCluster.Shard("gather", 1, "n1", 4), 202);
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "cluster", "move", "1", "n2"));
        Assert.EndsWith("gather/1 is still under way to n2; 'cluster shards' shows how far it is\n", _shell.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("gather/")]
    [InlineData("/1")]
    [InlineData("gather/1/2")]
    public async Task Shard_that_is_no_number_is_wrong_usage(string shard)
    {
        Assert.Equal(ExitCode.Usage, await _shell.Run(_node, "cluster", "move", shard, "n2"));
        Assert.StartsWith($"error: <shard> is a number, such as 17 or gather/17, not '{shard}'\n", _shell.Error, StringComparison.Ordinal);
        Assert.Empty(_node.Requests);
    }

    [Fact]
    public async Task Drain_says_what_is_still_to_be_handed_over()
    {
        _node.On("POST /api/cluster/nodes/host:8080/drain/", CannedCluster.Node("host:8080", "leaving", 40), 202);
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "cluster", "drain", "host:8080"));
        Assert.Equal("host:8080 hands over 40 shards; 'cluster nodes' shows how far it is\n", _shell.Error);
    }

    [Fact]
    public async Task Drain_waits_until_everything_is_handed_over()
    {
        _node.On("POST /api/cluster/nodes/n1/drain/", CannedCluster.Node("n1", "leaving", 2), 202)
            .On("GET /api/cluster/nodes/?name=n1&limit=1", Canned.List(CannedCluster.Node("n1", "leaving", 1)))
            .On("GET /api/cluster/nodes/?name=n1&limit=1", Canned.List(CannedCluster.Node("n1", "drained", 0)));
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "cluster", "drain", "n1", "--wait"));
        Assert.EndsWith("n1 has handed over everything; 'cluster resume n1' gives it its share again\n", _shell.Error, StringComparison.Ordinal);
        Assert.Equal(3, _node.Requests.Count);
    }

    [Fact]
    public async Task Drain_that_is_not_over_within_its_limit_has_failed()
    {
        _shell.Clock.Step = TimeSpan.FromSeconds(40);
        _node.On("POST /api/cluster/nodes/n1/drain/", CannedCluster.Node("n1", "leaving", 2), 202)
            .On("GET /api/cluster/nodes/?name=n1&limit=1", Canned.List(CannedCluster.Node("n1", "leaving", 1)));
        Assert.Equal(ExitCode.Failed, await _shell.Run(_node, "cluster", "drain", "n1", "--wait"));
        Assert.EndsWith("n1 hands over 1 shard; 'cluster nodes' shows how far it is\n", _shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drain_of_a_node_that_goes_has_failed()
    {
        _node.On("POST /api/cluster/nodes/n1/drain/", CannedCluster.Node("n1", "leaving", 2), 202)
            .On("GET /api/cluster/nodes/?name=n1&limit=1", Canned.List());
        Assert.Equal(ExitCode.Failed, await _shell.Run(_node, "cluster", "drain", "n1", "--wait"));
        Assert.EndsWith("error: n1 is no member any more; what it had is taken over by others\n", _shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drain_of_the_last_node_is_a_conflict()
    {
        _node.On("POST /api/cluster/nodes/n1/drain/", Canned.Problem(409, "no other node takes the shards of gather"), 409);
        Assert.Equal(ExitCode.Conflict, await _shell.Run(_node, "cluster", "drain", "n1"));
        Assert.Equal("error: no other node takes the shards of gather\n", _shell.Error);
    }

    [Fact]
    public async Task Resume_says_that_it_is_done_and_shows_the_node_as_json()
    {
        _node.On("POST /api/cluster/nodes/n1/resume/", CannedCluster.Node("n1", "up", 0), 202);
        Assert.Equal(ExitCode.Done, await _shell.Run(_node, "cluster", "resume", "n1", "--output", "json"));
        Assert.Equal("n1 takes its share again\n", _shell.Error);
        Assert.StartsWith("{\n  \"name\": \"n1\",\n", _shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_on_its_own_is_3()
    {
        await using var node = await FakeNode.Start();
        node.On("GET /api/cluster/", Canned.Problem(404, "this node is on its own"), 404);
        Assert.Equal(ExitCode.NotFound, await _shell.Run(node, "cluster", "status"));
        Assert.Equal("error: this node is on its own\n", _shell.Error);
    }

    [Theory]
    [InlineData("cluster", "actor drain move nodes resume shards status watch")]
    [InlineData("cluster nodes --state u", "unreachable up")]
    public async Task Words_are_completed(string line, string words)
    {
        await _shell.Run("complete", $"mm {line}{(line.EndsWith('r') ? " " : string.Empty)}");
        Assert.Equal(words, string.Join(' ', _shell.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("drain --data {0} n", "n1 n2 n3")]
    [InlineData("move --data {0} 17 n3", "n3")]
    [InlineData("shards --data {0} --owner ", "n1 n2 n3")]
    public async Task Nodes_are_asked_of_the_node(string line, string words)
    {
        await _shell.Run("complete", "mm cluster " + line.Replace("{0}", _node.Folder, StringComparison.Ordinal));
        Assert.Equal(words, string.Join(' ', _shell.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)));
    }
}
