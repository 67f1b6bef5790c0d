using System.Globalization;
using System.Net;
using System.Text.Json;
using MarketManager.Chaos.Tests.Checking;
using MarketManager.Chaos.Tests.Rig;
using Xunit;
using Xunit.Abstractions;

namespace MarketManager.Chaos.Tests.Certain;

/// <summary>A node is gone, or stands still: the others go on with what it had, and say so soon.</summary>
[Collection(OneCalmCluster.Name)]
public sealed class TakeOverTests(CalmCluster cluster, ITestOutputHelper output)
{
    // Far above what is to be reached, and printed: other tests may want the same processors.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Exchanges_of_a_killed_node_are_changed_through_others()
    {
        var victim = cluster.Rig.Nodes[2];
        await TakesOver("kill -9", victim, victim.Kill);
        await victim.Start();
        await cluster.AssertGoesOn();
    }

    [Fact]
    public async Task Exchanges_of_two_killed_nodes_are_changed_through_the_one_that_is_left()
    {
        await cluster.Rig.Settle(TimeSpan.FromSeconds(60));
        ChaosNode[] victims = [cluster.Rig.Nodes[1], cluster.Rig.Nodes[2]];
        List<long> carried = [.. await cluster.CarriedBy(victims[0]), .. await cluster.CarriedBy(victims[1])];
        await TakesOver("kill -9 of two", carried, () => Task.WhenAll(victims.Select(victim => victim.Kill())));
        await Task.WhenAll(victims.Select(victim => victim.Start()));
        await cluster.AssertGoesOn();
    }

    [Fact]
    public async Task Run_that_is_asked_for_through_a_node_which_is_killed_meanwhile_begins_once_or_not_at_all()
    {
        await cluster.Rig.Settle(TimeSpan.FromSeconds(60));
        var front = cluster.Rig.Nodes[0];
        var owned = (await cluster.CarriedBy(cluster.Rig.Nodes[1])).Except(cluster.Ids.Take(1)).ToList();
        var before = await Runs(owned);
        var asked = owned.ConvertAll(id => cluster.Http.Ask(0, "POST", $"{CalmCluster.Path(id)}run/"));
        await Task.WhenAny(asked);
        await front.Kill();
        var told = await Task.WhenAll(asked);
        await front.Start();
        await cluster.AssertGoesOn();

        var after = await Runs(owned);
        foreach (var (id, answer) in owned.Zip(told))
        {
            var begun = after.GetValueOrDefault(id) - before.GetValueOrDefault(id);
            Assert.InRange(begun, answer.Fate is Fate.Acknowledged ? 1 : 0, answer.Fate is Fate.Refused ? 0 : 1);
        }

        async Task<Dictionary<long, long>> Runs(IEnumerable<long> exchanges)
        {
            Dictionary<long, long> runs = [];
            foreach (var id in exchanges)
            {
                runs[id] = await cluster.Rig.Ask<long>($"SELECT count(*) FROM mm.run WHERE exchange = {id}");
            }

            return runs;
        }
    }

    [Fact]
    public async Task Node_that_is_cut_off_from_PostgreSQL_alone_is_not_ready_and_others_go_on_with_what_it_had()
    {
        var victim = cluster.Rig.Nodes[2];
        try
        {
            await TakesOver("cut off from PostgreSQL", victim, () =>
            {
                victim.ToStore.Weather = Weather.Held;
                return Task.CompletedTask;
            });
            using var http = new HttpClient { BaseAddress = victim.Url };
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("healthz/live", UriKind.Relative))).StatusCode);
            var ready = await http.GetAsync(new Uri("healthz/ready", UriKind.Relative));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            var checks = JsonDocument.Parse(await ready.Content.ReadAsStringAsync()).RootElement.GetProperty("checks");
            Assert.StartsWith("the node is suspended: ", checks.GetProperty("lease").GetString(), StringComparison.Ordinal);
        }
        finally
        {
            victim.ToStore.Weather = Weather.Fair;
        }

        await cluster.AssertGoesOn();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Exchanges_of_a_frozen_node_are_changed_through_others(bool withWorkers)
    {
        var victim = cluster.Rig.Nodes[1];
        IReadOnlyList<int> frozen = [];
        await TakesOver("SIGSTOP", victim, () =>
        {
            frozen = victim.Freeze(withWorkers);
            return Task.CompletedTask;
        });
        ChaosNode.Thaw(frozen);
        await cluster.AssertGoesOn();
    }

    [Fact]
    public async Task Second_node_of_a_name_is_refused_and_told_why()
    {
        await cluster.AssertNothingMoves(async () =>
        {
            await using var impostor = await cluster.Rig.Nodes[0].Impostor();
            Assert.Equal(4, await impostor.Ended(TimeSpan.FromSeconds(30)));
            Assert.Contains("a node named 'chaos1' lives at http://127.0.0.1:", impostor.Said, StringComparison.Ordinal);
        });
    }

    private async Task TakesOver(string how, ChaosNode victim, Func<Task> strike)
    {
        await cluster.Rig.Settle(TimeSpan.FromSeconds(60));
        await TakesOver(how, await cluster.CarriedBy(victim), strike);
    }

    private async Task TakesOver(string how, IReadOnlyList<long> carried, Func<Task> strike)
    {
        Assert.NotEmpty(carried);
        var began = TimeProvider.System.GetTimestamp();
        await strike();
        var took = (await Task.WhenAll(carried.Select(id => cluster.Change(id, 0, began)))).Order().ToList();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{how}, lease {cluster.Rig.Options.Lease.TotalSeconds:0} s: {carried.Count} exchanges, first change p50 {took[took.Count / 2].TotalSeconds:0.00} s, all {took[^1].TotalSeconds:0.00} s"));
        Assert.True(took[^1] < Bound + cluster.Rig.Options.Lease, $"the last took {took[^1]}");
    }
}
