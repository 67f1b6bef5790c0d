using MarketManager.Cli.Tests.Fakes;
using Xunit;

namespace MarketManager.Cli.Tests.Cluster;

public sealed class WatchTests
{
    private const string NodesPath = "GET /api/cluster/nodes/?limit=1000";
    private const string ShardsPath = "GET /api/cluster/shards/?limit=1000";

    private readonly Terminal _shell = new();

    private static string Nodes(params (string Name, string State, int Life)[] nodes) =>
        Canned.List([.. nodes.Select(node => CannedCluster.Node(node.Name, node.State, 1, life: node.Life))]);

    private static string Shards(params (string? Owner, long Epoch)[] owners) =>
        Canned.List([.. owners.Select((owner, no) => CannedCluster.Shard("gather", no, owner.Owner, owner.Epoch))]);

    // Two looks: n2 is drained, n3 starts anew, n4 joins; two shards go one way, one the other.
    private static async Task<FakeNode> Changing() => (await FakeNode.Start())
        .On(NodesPath, Nodes(("n1", "up", 1), ("n2", "up", 1), ("n3", "up", 1)))
        .On(NodesPath, Nodes(("n1", "up", 1), ("n2", "drained", 1), ("n3", "up", 2), ("n4", "up", 1)))
        .On(ShardsPath, Shards(("n2", 1), ("n2", 1), ("n1", 1), ("n1", 1)))
        .On(ShardsPath, Shards(("n4", 3), ("n4", 3), (null, 2), ("n1", 1)));

    /// <summary>Watches until what was written holds for a test, then interrupts; the exit code.</summary>
    private async Task<int> Watch(FakeNode node, Func<string, bool> isEnough, params string[] arguments)
    {
        using var interrupt = new CancellationTokenSource();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var watching = _shell.RunUntil(["cluster", "watch", "--data", node.Folder, .. arguments], interrupt.Token);
        while (!isEnough(_shell.Out) && !watching.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
        }

        await interrupt.CancelAsync();
        return await watching;
    }

    [Fact]
    public async Task Json_is_one_object_a_line_for_each_change_and_an_interrupt_ends_it_well()
    {
        await using var node = await Changing();
        Assert.Equal(ExitCode.Done, await Watch(node, text => text.Split('\n').Length > 8, "--output", "json"));
        Assert.Equal(
            """
            {"at":"2026-11-20T12:00:00.000Z","change":"start","nodes":[{"node":"n1","state":"up","shards":1},{"node":"n2","state":"up","shards":1},{"node":"n3","state":"up","shards":1}]}
            {"at":"2026-11-20T12:00:00.000Z","change":"node_left","node":"n3"}
            {"at":"2026-11-20T12:00:00.000Z","change":"node_state","node":"n2","from":"up","to":"drained"}
            {"at":"2026-11-20T12:00:00.000Z","change":"node_joined","node":"n3","state":"up"}
            {"at":"2026-11-20T12:00:00.000Z","change":"node_joined","node":"n4","state":"up"}
            {"at":"2026-11-20T12:00:00.000Z","change":"shard_moved","role":"gather","shard":0,"from":"n2","to":"n4","epoch":3}
            {"at":"2026-11-20T12:00:00.000Z","change":"shard_moved","role":"gather","shard":1,"from":"n2","to":"n4","epoch":3}
            {"at":"2026-11-20T12:00:00.000Z","change":"shard_moved","role":"gather","shard":2,"from":"n1","to":null,"epoch":2}

            """,
            _shell.Out);
    }

    [Fact]
    public async Task Where_no_terminal_is_changes_are_lines_and_shards_that_go_together_are_counted()
    {
        await using var node = await Changing();
        Assert.Equal(ExitCode.Done, await Watch(node, text => text.Contains("nobody", StringComparison.Ordinal)));
        Assert.EndsWith(
            """
            12:00:00  n3 is gone
            12:00:00  n2 is drained, was up
            12:00:00  n3 joined
            12:00:00  n4 joined
            12:00:00  2 shards of gather: n2 -> n4
            12:00:00  shard gather/2: n1 -> nobody

            """,
            _shell.Out,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_the_screen_is_drawn_anew_and_given_back()
    {
        _shell.IsTerminal = true;
        _shell.Environment["NO_COLOR"] = "1";
        await using var node = await Changing();
        Assert.Equal(ExitCode.Done, await Watch(node, text => text.Contains("nobody", StringComparison.Ordinal)));
        Assert.StartsWith("\e[?1049h\e[?25l\e[H", _shell.Out, StringComparison.Ordinal);
        Assert.EndsWith("\e[J\e[?25h\e[?1049l", _shell.Out, StringComparison.Ordinal);
        var last = _shell.Out.Split("\e[H")[^1].Replace("\e[K", string.Empty, StringComparison.Ordinal);
        Assert.StartsWith("Now     12:00:00 UTC; Ctrl-C ends\nNodes   4\nShards  3 owned, 1 free (1 of them moving)\n\nNODE", last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_goes_away_is_told_once_and_asked_again()
    {
        await using var node = (await FakeNode.Start())
            .On(NodesPath, Nodes(("n1", "up", 1)))
            .On(NodesPath, Canned.Problem(503, "the store does not answer"), 503)
            .On(NodesPath, Canned.Problem(503, "the store does not answer"), 503)
            .On(NodesPath, Nodes(("n1", "up", 1)))
            .On(ShardsPath, Shards(("n1", 1)));
        Assert.Equal(ExitCode.Done, await Watch(node, text => text.Contains("\"reachable\"", StringComparison.Ordinal), "--output", "json"));
        Assert.Equal(
            """
            {"at":"2026-11-20T12:00:00.000Z","change":"start","nodes":[{"node":"n1","state":"up","shards":1}]}
            {"at":"2026-11-20T12:00:00.000Z","change":"unreachable","why":"the store does not answer"}
            {"at":"2026-11-20T12:00:00.000Z","change":"reachable"}

            """,
            _shell.Out);
    }

    [Fact]
    public async Task What_fails_at_once_ends_it()
    {
        await using var node = await FakeNode.Start();
        Assert.Equal(ExitCode.NotFound, await _shell.Run(node, "cluster", "watch"));
    }
}
