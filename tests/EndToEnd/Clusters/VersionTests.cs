using System.Globalization;
using MarketManager.EndToEnd.Tests.Nodes;
using MarketManager.Kernel;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Clusters;

/// <summary>An upgrade: what the old version could not read is written once no node of it lives, and none comes back after that.</summary>
public sealed class VersionTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Old_nodes_never_get_an_exchange_with_an_event_that_they_cannot_read()
    {
        await using var cluster = await RealCluster.Make(lease: TimeSpan.FromSeconds(4));
        var old = await cluster.Add("old");
        var exchanges = await Create(old, 12);
        await using var newer = await NewerNode.Start(cluster);
        await cluster.Settled(2);
        var exchange = exchanges.First(newer.Carries);

        // While an old one lives, the new kind is not written.
        Assert.Equal(1, await Level(cluster));
        var last = await Last(cluster, exchange);
        var refused = await Assert.ThrowsAsync<EventTooNewException>(() => newer.WriteNewKind(exchange, after: last));
        Assert.Equal(
            "events of kind 'exchange.renamed' are written from level 2 on; the cluster is at 1 while nodes of an older version live", refused.Message);
        Assert.DoesNotContain("exchange.renamed", await Kinds(cluster, exchange), StringComparison.Ordinal);

        // Another old one may still join. It freezes, and does not see how the first one dies and the newer one goes on alone.
        var sleeper = await cluster.Add("sleeper");
        Signals.Freeze(sleeper.Pid);
        await old.KillHard();
        await RunningNode.Until("the newer one has everything", () => Task.FromResult(newer.Shards == Shard.Count));
        Assert.Equal(NewerNode.Level, await Level(cluster));
        await newer.WriteNewKind(exchange, after: last);
        Assert.EndsWith(" exchange.renamed", await Kinds(cluster, exchange), StringComparison.Ordinal);

        var late = await cluster.Refused("late");
        Assert.Equal((4, "error: the cluster writes events of level 2, this program understands level 1: start a newer version"), Ending(late));

        var owners = await Owners(cluster);
        Signals.Continue(sleeper.Pid);
        Assert.Equal(4, await sleeper.Ended(within: Soon));
        Assert.EndsWith("error: the cluster writes events of level 2, this program understands level 1: start a newer version", sleeper.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("cannot be recovered", sleeper.Log, StringComparison.Ordinal);
        Assert.Equal(owners, await Owners(cluster));
    }

    private static async Task<IReadOnlyList<long>> Create(RunningNode by, int count)
    {
        var ids = new List<long>();
        for (var i = 1; i <= count; i++)
        {
            ids.Add(await RealCluster.Create(by, string.Create(CultureInfo.InvariantCulture, $"Exchange {i}")));
        }

        return ids;
    }

    private static (int, string) Ending(Outcome outcome) => (outcome.ExitCode, outcome.Error.TrimEnd().Split('\n')[^1]);

    private static Task<int> Level(RealCluster cluster) => cluster.Ask<int>("SELECT level FROM mm.cluster");

    private static Task<string> Owners(RealCluster cluster) => cluster.Ask<string>(
        "SELECT string_agg(concat(no, ' ', owner, ' ', epoch), ', ' ORDER BY no) FROM mm.shard WHERE role = 'gather'");

    private static Task<long> Last(RealCluster cluster, long exchange) => cluster.Ask<long>(
        string.Create(CultureInfo.InvariantCulture, $"SELECT max(seq) FROM mm.event WHERE actor = {exchange}"));

    private static Task<string> Kinds(RealCluster cluster, long exchange) => cluster.Ask<string>(
        string.Create(CultureInfo.InvariantCulture, $"SELECT string_agg(kind, ' ' ORDER BY seq) FROM mm.event WHERE actor = {exchange}"));
}
