using System.Globalization;
using MarketManager.Chaos.Tests.Checking;
using MarketManager.Chaos.Tests.Load;
using MarketManager.Chaos.Tests.Rig;
using Xunit;
using Xunit.Abstractions;

namespace MarketManager.Chaos.Tests.Certain;

/// <summary>PostgreSQL's primary is gone, and its standby takes its place.</summary>
public sealed class PromotionTests(ITestOutputHelper output)
{
    private const long Jump = 1L << 40;
    private const string Refusal = "an old primary must not run any more";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Standby_that_lags_takes_over_and_what_it_lacks_is_named()
    {
        await using var cluster = new ReplicatedCluster();
        await cluster.InitializeAsync();
        var (rig, http) = (cluster.Rig, cluster.Http);
        var (changed, deleted) = (cluster.Ids[3], cluster.Ids[4]);
        await rig.Server.CaughtUp(rig.Standby!);
        await rig.Standby!.StopFollowing();
        var kept = (Changed: await LastOf(rig, changed), Deleted: await LastOf(rig, deleted));
        await cluster.Change(changed, 0, TimeProvider.System.GetTimestamp());
        await cluster.Change(changed, 1, TimeProvider.System.GetTimestamp());
        Assert.Equal(204, (await http.Ask(1, "DELETE", Path(deleted))).Status);
        var told = await http.Ask(0, "POST", "api/exchanges/", new { name = "late", venue = "sim", enabled = false });
        Assert.Equal(201, told.Status);
        var created = told.Json.GetProperty("id").GetInt64();
        var had = (Changed: await LastOf(rig, changed), Deleted: await LastOf(rig, deleted), Created: await LastOf(rig, created));
        var epochs = await rig.Ask<long>("SELECT max(epoch) FROM mm.shard");

        var began = TimeProvider.System.GetTimestamp();
        await rig.FailOver();
        await cluster.Change(cluster.Ids[5], 0, began);
        output.WriteLine($"a change is acknowledged {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s after the primary's end");
        await cluster.AssertGoesOn();

        // All rights ended once, and nobody was declared dead.
        Assert.InRange(await rig.Ask<long>("SELECT min(epoch) FROM mm.shard"), Jump, Jump + epochs);
        Assert.InRange(await rig.Ask<long>("SELECT max(epoch) FROM mm.shard"), Jump, Jump + epochs + 1);
        Assert.Empty(await rig.Condemned());

        // All nodes show what the promoted server has, not what they remember.
        for (var node = 0; node < rig.Nodes.Count; node++)
        {
            Assert.Null((await http.Ask(node, "GET", Path(changed))).Json.GetProperty("url").GetString());
            Assert.Equal(200, (await http.Ask(node, "GET", Path(deleted))).Status);
            Assert.Equal(404, (await http.Ask(node, "GET", Path(created))).Status);
        }

        // What is missing is named, by who acknowledged it.
        var alarms = string.Join('\n', rig.Logged(ClusterRig.Alarm));
        output.WriteLine(alarms);
        Assert.Single(Occurrences(alarms, Lost(changed, kept.Changed, had.Changed)));
        Assert.Single(Occurrences(alarms, Lost(deleted, kept.Deleted, had.Deleted)));
        Assert.Single(Occurrences(alarms, Lost(created, 0, had.Created)));
        Assert.DoesNotContain(Named(cluster.Ids[6]), alarms, StringComparison.Ordinal);
        var details = await Task.WhenAll(rig.Nodes.Select((_, node) => Detail(http, node)));
        Assert.Contains(details, detail => detail?.StartsWith("PostgreSQL was promoted or restored, and lacks", StringComparison.Ordinal) == true);

        // No run happened twice, none is left out.
        Assert.Empty(Checker.Check(await HistoryReader.Read(rig)));
        await OldPrimaryIsRefused(cluster);
    }

    [Fact]
    public async Task Standby_of_a_quorum_takes_over_and_nothing_is_missing()
    {
        await using var rig = await ClusterRig.Start(new ReplicatedCluster().Options);
        await rig.WaitForStandby(ClusterRig.StandbyName);
        await using var load = new LoadOnCluster(rig, seed: 1);
        await Wait.Until("the clients have changed a good deal", () => Task.FromResult(
            load.Log.Operations.OfType<Operation.Change>().Count(change => change.Fate is Fate.Acknowledged) >= 50));

        await rig.FailOver();
        await rig.Settle(Patience);
        Assert.Empty(await load.Standing(Patience));

        await load.Stop();
        Assert.True(await load.Quiet(LoadClient.MaxRun + rig.Options.Lease), "a run goes on, or is owed");
        var history = await HistoryReader.Read(rig) with { Operations = load.Log.Operations, IsQuiet = true };
        Assert.Empty(Checker.Check(history));
        Assert.Empty(rig.Logged(ClusterRig.Alarm));
        Assert.Equal(rig.Nodes.Count, rig.Logged("Nothing that this node acknowledged is missing").Count);
        Assert.Empty(await rig.Condemned());
    }

    /// <summary>The old primary is there again, as one, and the promoted server is not: nobody goes back.</summary>
    private async Task OldPrimaryIsRefused(CalmCluster cluster)
    {
        var (rig, old) = (cluster.Rig, cluster.Rig.Standby!);
        await old.StartAgain();
        var newcomer = rig.Nodes[0]; // which has seen neither, and is told of both
        await newcomer.Stop();
        await newcomer.Start();
        await rig.Settle(Patience);
        const string all = "SELECT (SELECT count(*) FROM mm.event) + (SELECT sum(epoch) FROM mm.shard) + (SELECT count(*) FROM mm.node)";
        var before = await old.Ask<decimal>(rig.Database, all);

        await rig.Server.Stop();
        await Wait.Until("the old primary is refused", () => Task.FromResult(rig.Nodes.All(node => node.Logged(Refusal).Any())));

        for (var node = 0; node < rig.Nodes.Count; node++)
        {
            Assert.False(await rig.Nodes[node].IsReady());
            Assert.Equal(503, (await cluster.Http.Ask(node, "GET", "api/exchanges/")).Status);
        }

        Assert.Equal(before, await old.Ask<decimal>(rig.Database, all));
        await rig.Server.StartAgain();
        await cluster.AssertGoesOn();
        Assert.Equal(before, await old.Ask<decimal>(rig.Database, all));
        Assert.InRange(await rig.Ask<long>("SELECT max(epoch) FROM mm.shard"), Jump, 2 * Jump);
        output.WriteLine(rig.Logged(Refusal)[0]);
    }

    private static Task<long> LastOf(ClusterRig rig, long exchange) =>
        rig.Ask<long>(string.Create(CultureInfo.InvariantCulture, $"SELECT coalesce(max(seq), 0) FROM mm.event WHERE actor = {exchange}"));

    private static async Task<string?> Detail(ClientHttp http, int node) =>
        (await http.Ask(node, "GET", "api/status/")).Json.GetProperty("storage").GetProperty("detail").GetString();

    private static string Lost(long exchange, long kept, long had) => had == kept + 1
        ? string.Create(CultureInfo.InvariantCulture, $"{Named(exchange)}{had}")
        : string.Create(CultureInfo.InvariantCulture, $"{Named(exchange)}{kept + 1} to {had}");

    private static string Named(long exchange) => string.Create(CultureInfo.InvariantCulture, $"exchange-{exchange} lost ");

    private static IEnumerable<int> Occurrences(string text, string part)
    {
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + 1, StringComparison.Ordinal))
        {
            yield return at;
        }
    }

    private static string Path(long exchange) => string.Create(CultureInfo.InvariantCulture, $"api/exchanges/{exchange}/");

    private sealed class ReplicatedCluster : CalmCluster
    {
        internal override RigOptions Options => base.Options with { Nodes = 2, HasStandby = true };
    }
}
