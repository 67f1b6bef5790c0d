using System.Globalization;
using MarketManager.Chaos.Tests.Checking;
using MarketManager.Chaos.Tests.Load;
using MarketManager.Chaos.Tests.Rig;
using Npgsql;
using Xunit;

namespace MarketManager.Chaos.Tests.Certain;

/// <summary>A node stands still after its write was let through and before it is committed: the others must not wait for it, and
/// what it does when it goes on must not count.</summary>
[Collection(OneCalmCluster.Name)]
public sealed class FrozenWriteTests(CalmCluster cluster)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static int _mark = 1_000_000; // both cases write to one cluster, in which a mark is written once

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Node_that_freezes_between_its_fence_and_its_commit_writes_nothing_late(bool withWorkers)
    {
        var rig = cluster.Rig;
        await rig.Settle(Patience);
        var (victim, other) = await Victim();
        var carried = await cluster.CarriedBy(victim);
        var life = await rig.Ask<Guid>($"SELECT inc FROM mm.node WHERE alive AND name = '{victim.Name}'");
        List<Operation> operations = [];
        await using var sampler = new Sampler(rig);

        // It holds its lane, having passed the fence, and waits for the table.
        await using var gate = new NpgsqlConnection(rig.Server.ConnectionString(rig.Database) + ";Pooling=false");
        await gate.OpenAsync();
        await using var closed = await gate.BeginTransactionAsync();
        await using (var close = new NpgsqlCommand("LOCK TABLE mm.event IN SHARE MODE", gate))
        {
            await close.ExecuteNonQueryAsync();
        }

        using var http = new ClientHttp([victim]);
        var asked = Change(http, carried[0], operations);
        await Wait.Until("its write waits", () => rig.Ask<bool>(
            $"""
            SELECT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
              WHERE NOT l.granted AND l.relation = 'mm.event'::regclass AND a.application_name = 'mm {life}')
            """));
        var frozen = victim.Freeze(withWorkers);
        var since = TimeProvider.System.GetTimestamp();
        await Wait.Until("it is declared dead", () => rig.Ask<bool>($"SELECT NOT alive FROM mm.node WHERE inc = '{life}'"));
        foreach (var exchange in carried)
        {
            await Wait.Until($"exchange {exchange} is answered for by others", () => IsElsewhere(other, exchange, victim));
        }

        await closed.RollbackAsync();
        using var others = new ClientHttp([.. rig.Nodes.Where(node => node != victim)]);
        Assert.All(await Task.WhenAll(carried.Select(exchange => Change(others, exchange, operations))), told => Assert.Equal(200, told.Status));

        var left = (3 * rig.Options.Lease) - TimeProvider.System.GetElapsedTime(since);
        await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, TimeProvider.System);
        ChaosNode.Thaw(frozen);

        await asked;
        await cluster.AssertGoesOn();
        await Wait.Until("it is a member again", () => rig.Ask<bool>($"SELECT EXISTS (SELECT 1 FROM mm.node WHERE alive AND name = '{victim.Name}' AND inc <> '{life}')"));
        await sampler.Stop();
        Assert.Empty(Checker.Check(await HistoryReader.Read(rig) with { Shards = sampler.Shards, Operations = operations }));
        Assert.Equal(carried.Count + 1, operations.Count);

        // What it tried when it thawed, and was refused, it counts.
        using var asking = new HttpClient { BaseAddress = victim.Url };
        var shown = await asking.GetStringAsync(new Uri("metrics", UriKind.Relative));
        var fenced = shown.Split('\n').Single(line => line.StartsWith("marketmanager_storage_fenced_total ", StringComparison.Ordinal));
        Assert.False(fenced.EndsWith(" 0", StringComparison.Ordinal), fenced);
    }

    // Its only writes are those that this test makes it do: it does not carry the one exchange whose schedule is on.
    private async Task<(ChaosNode Victim, ChaosNode Other)> Victim()
    {
        var scheduled = cluster.Ids[0];
        foreach (var node in cluster.Rig.Nodes)
        {
            if (!(await cluster.CarriedBy(node)).Contains(scheduled))
            {
                return (node, cluster.Rig.Nodes.First(other => other != node));
            }
        }

        throw new InvalidOperationException("all nodes carry one exchange");
    }

    private async Task<Told> Change(ClientHttp http, long exchange, List<Operation> operations)
    {
        var mark = Interlocked.Increment(ref _mark);
        var began = cluster.Rig.Log.Now;
        var told = await http.Ask(0, "PATCH", Path(exchange), new { url = Marks.Url(mark) });
        lock (operations)
        {
            operations.Add(new Operation.Change(began, cluster.Rig.Log.Now, exchange, mark, told.Fate));
        }

        return told;
    }

    private static async Task<bool> IsElsewhere(ChaosNode asked, long exchange, ChaosNode victim)
    {
        using var http = new ClientHttp([asked]);
        var told = await http.Ask(0, "GET", Path(exchange));
        return told.Status == 200 && told.Json.GetProperty("status").GetProperty("node").GetString() != victim.Name;
    }

    private static string Path(long exchange) => string.Create(CultureInfo.InvariantCulture, $"api/exchanges/{exchange}/");
}
