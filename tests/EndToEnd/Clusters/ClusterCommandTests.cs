using System.Globalization;
using MarketManager.EndToEnd.Tests.Nodes;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Clusters;

/// <summary>Three nodes, of which any can be asked about all.</summary>
public sealed class ThreeNodes : IAsyncLifetime
{
    private RealCluster? _cluster;

    internal RealCluster Cluster => _cluster!;

    /// <summary>Exchanges whose schedules are off, by name.</summary>
    internal IReadOnlyDictionary<string, long> Exchanges { get; private set; } = new Dictionary<string, long>();

    public async Task InitializeAsync()
    {
        _cluster = await RealCluster.Make();
        for (var i = 1; i <= 3; i++)
        {
            await _cluster.Add(string.Create(CultureInfo.InvariantCulture, $"n{i}"));
        }

        await _cluster.Settled(3);
        var exchanges = new Dictionary<string, long>();
        for (var i = 1; i <= 6; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"Exchange {i}");
            exchanges[name] = await RealCluster.Create(_cluster.Nodes["n1"], name);
        }

        Exchanges = exchanges;
    }

    public async Task DisposeAsync() => await (_cluster?.DisposeAsync() ?? default);
}

/// <summary><c>marketmanager cluster ...</c> beside real nodes.</summary>
public sealed class ClusterCommandTests(ThreeNodes nodes) : IClassFixture<ThreeNodes>
{
    private RealCluster Cluster => nodes.Cluster;

    [Fact]
    public async Task Status_and_nodes_show_the_whole_from_any_node()
    {
        var id = await Cluster.Ask<Guid>("SELECT id FROM mm.cluster");
        foreach (var asked in Cluster.Nodes.Keys)
        {
            var status = await Say(asked, "status");
            Assert.Matches(
                $"""
                ^Cluster    {id}
                Nodes      3
                Shards     120 owned, none free
                Seen from  {asked}, up
                Store      postgresql .+
                Level      1
                $
                """,
                status);
            var shown = Rows(await Say(asked, "nodes"));
            Assert.Equal(["NODE", "STATE", "SHARDS", "ACTORS", "LEASE", "JOINED", "ADDRESS", "ROLES", "ID"], shown[0]);
            Assert.Equal(["n1 up 40", "n2 up 40", "n3 up 40"], shown.Skip(1).Select(row => string.Join(' ', row.Take(3))));
        }
    }

    [Fact]
    public async Task Shards_are_listed_by_owner_and_add_up()
    {
        var all = new List<string>();
        foreach (var owner in Cluster.Nodes.Keys)
        {
            var rows = Rows(await Say("n2", "shards", "--owner", owner)).Skip(1).ToList();
            Assert.All(rows, row => Assert.Equal(("owned", owner), (row[1], row[2])));
            all.AddRange(rows.Select(row => row[0]));
        }

        Assert.Equal(Enumerable.Range(0, 120).Select(no => string.Create(CultureInfo.InvariantCulture, $"gather/{no}")).Order(), all.Order());
        Assert.Equal(nodes.Exchanges.Count, Rows(await Say("n2", "shards")).Skip(1).Sum(row => int.Parse(row[4], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Actor_is_found_wherever_it_is()
    {
        foreach (var (name, id) in nodes.Exchanges)
        {
            var owner = (await Cluster.Nodes["n1"].Get($"api/exchanges/{id}/")).GetProperty("status").GetProperty("node").GetString();
            var shown = await Say("n3", "actor", name.ToUpperInvariant());
            Assert.Contains($"Exchange    {name} (id {id})\n", shown, StringComparison.Ordinal);
            Assert.Contains("State       idle\n", shown, StringComparison.Ordinal);
            Assert.Contains($"Node        {owner}, http://127.0.0.1:", shown, StringComparison.Ordinal);
            Assert.Contains($"Path        /exchanges/exchange-{id}\n", shown, StringComparison.Ordinal);
            Assert.Contains("Last error  none\n", shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Shard_is_moved_through_a_third_node()
    {
        var id = nodes.Exchanges["Exchange 1"];
        var before = await Cluster.Json("n1", "actor", "Exchange 1");
        var (shard, epoch) = (before.GetProperty("shard").GetInt32(), before.GetProperty("epoch").GetInt64());
        var from = before.GetProperty("node").GetString()!;
        var others = Cluster.Nodes.Keys.Where(name => name != from).ToList();

        var moved = await Cluster.Command(others[1], "move", shard.ToString(CultureInfo.InvariantCulture), others[0]);
        Assert.Equal(
            (0, $"moving gather/{shard} to {others[0]}\ngather/{shard} is with {others[0]} now, epoch {epoch + 2}\n"), (moved.ExitCode, moved.Error));

        // What is over the fair share goes back: not what was moved just now, but one of the others.
        await Cluster.Settled(3);
        await RunningNode.Until("it answers there", async () =>
            (await Cluster.Nodes[from].Get($"api/exchanges/{id}/")).GetProperty("status").GetProperty("node").GetString() == others[0]);
        var again = await Cluster.Command(from, "move", $"gather/{shard}", others[0]);
        Assert.Equal((0, $"moving gather/{shard} to {others[0]}\ngather/{shard} is with {others[0]} now, epoch {epoch + 2}\n"), (again.ExitCode, again.Error));
    }

    [Fact]
    public async Task Drained_node_has_nothing_until_it_is_resumed_and_a_watch_shows_both()
    {
        using var watch = Invocation.Start("cluster", "watch", "--data", Cluster.FolderOf("n1").Path);
        var seen = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            seen.Add((await watch.StandardOutput.ReadLineAsync().WaitAsync(Invocation.Patience))!);
        }

        Assert.Equal(["NODE", "STATE", "SHARDS"], Rows(seen[0])[0].Take(3));
        Assert.Equal(["n1", "n2", "n3"], seen.Skip(1).Select(line => line.Split(' ')[0]));

        // It drains itself as well as another would.
        var drained = await Cluster.Command("n2", "drain", "n2", "--wait");
        Assert.Equal((0, "waiting for n2\nn2 has handed over everything; 'cluster resume n2' gives it its share again\n"), (drained.ExitCode, drained.Error));
        Assert.Equal(["n1 up 60", "n2 drained 0", "n3 up 60"], Rows(await Say("n3", "nodes")).Skip(1).Select(row => string.Join(' ', row.Take(3))));
        await Seen(watch, "n2 is drained, was");

        var resumed = await Cluster.Command("n3", "resume", "n2");
        Assert.Equal((0, "n2 takes its share again\n"), (resumed.ExitCode, resumed.Error));
        await Cluster.Settled(3);
        await Seen(watch, "n2 is up, was");

        Signals.Interrupt(watch.Id);
        await watch.WaitForExitAsync().WaitAsync(Invocation.Patience);
        Assert.Equal(0, watch.ExitCode);
    }

    [Fact]
    public async Task Last_node_that_takes_exchanges_cannot_be_drained()
    {
        try
        {
            await Cluster.Command("n1", "drain", "n1", "--wait");
            await Cluster.Command("n1", "drain", "n2", "--wait");
            var refused = await Cluster.Command("n1", "drain", "n3");
            Assert.Equal(
                (4, "error: no other node takes the shards of gather; start one, or resume one, before this one is drained\n"), (refused.ExitCode, refused.Error));
            var moved = await Cluster.Command("n1", "move", "1", "n2");
            Assert.Equal(
                (4, "moving gather/1 to n2\nerror: n2 hands over what it has and takes nothing; 'resume' ends that\n"), (moved.ExitCode, moved.Error));
        }
        finally
        {
            await Cluster.Command("n1", "resume", "n1");
            await Cluster.Command("n1", "resume", "n2");
            await Cluster.Settled(3);
        }
    }

    [Theory]
    [InlineData("drain n4", 3, "error: there is no node 'n4'; did you mean 'n1'?")]
    [InlineData("resume nowhere", 3, "error: there is no node 'nowhere'; there are n1, n2, n3")]
    [InlineData("move 1 n4", 3, "error: there is no node 'n4'; did you mean 'n1'?")]
    [InlineData("move 120 n1", 3, "error: there is no shard 120 of gather; they are 0 to 119")]
    [InlineData("move trade/1 n1", 3, "error: there are no shards of 'trade', only of gather")]
    [InlineData("move first n1", 2, "error: <shard> is a number, such as 17 or gather/17, not 'first'")]
    [InlineData("actor exchanje-1", 3, "error: no exchange 'exchanje-1'; did you mean 'exchange-1'?")]
    [InlineData("actor 999", 3, "error: no exchange '999'")]
    [InlineData("shards --owner n4", 3, "error: there is no node 'n4'; did you mean 'n1'?")]
    [InlineData("shards --role gater", 2, "error: --role is one of api, gather, trade, store, not 'gater'; did you mean 'gather'?")]
    [InlineData("nodes --role gater", 2, "error: --role is one of api, gather, trade, store, not 'gater'; did you mean 'gather'?")]
    [InlineData("undrain n1", 2, "error: unknown command 'undrain'; did you mean 'drain'?")]
    [InlineData("move 1", 2, "error: 'move' needs <node>")]
    public async Task What_cannot_be_done_says_why(string words, int code, string why)
    {
        var outcome = await Cluster.Command("n1", words.Split(' '));
        Assert.Equal(code, outcome.ExitCode);
        Assert.Contains(why, outcome.Error, StringComparison.Ordinal);
        Assert.Empty(outcome.Out);
    }

    [Fact]
    public async Task Node_on_its_own_and_no_node_at_all_have_no_cluster()
    {
        using var folder = new DataFolder();
        var nobody = await Invocation.Run("cluster", "status", "--data", folder.Path);
        Assert.Equal(3, nobody.ExitCode);
        Assert.StartsWith("error: no node answers on ", nobody.Error, StringComparison.Ordinal);

        await using var alone = await RunningNode.Start(folder, "--workers", "1");
        foreach (var words in (string[][])[["status"], ["nodes"], ["shards"], ["move", "1", "n1"], ["drain", "n1"], ["resume", "n1"], ["watch"]])
        {
            var outcome = await Invocation.Run(["cluster", .. words, "--data", folder.Path]);
            Assert.Equal(3, outcome.ExitCode);
            Assert.EndsWith("error: this node is on its own; start it with --postgres to make it one of a cluster\n", outcome.Error, StringComparison.Ordinal);
        }
    }

    private async Task<string> Say(string node, params string[] words)
    {
        var outcome = await Cluster.Command(node, words);
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        return outcome.Out;
    }

    private static async Task Seen(System.Diagnostics.Process watch, string what)
    {
        while (!(await watch.StandardOutput.ReadLineAsync().WaitAsync(Invocation.Patience))!.Contains(what, StringComparison.Ordinal))
        {
            // Something else that has changed.
        }
    }

    private static List<string[]> Rows(string table) =>
        [.. table.TrimEnd('\n').Split('\n').Select(line => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
}
