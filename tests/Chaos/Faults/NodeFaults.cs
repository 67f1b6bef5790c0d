using System.Globalization;
using MarketManager.Chaos.Tests.Checking;
using MarketManager.Chaos.Tests.Load;
using MarketManager.Chaos.Tests.Rig;
using MarketManager.EndToEnd.Tests.Nodes;

namespace MarketManager.Chaos.Tests.Faults;

/// <summary>What befalls the processes of nodes.</summary>
internal static class NodeFaults
{
    private const int Conflict = 4;
    private static readonly TimeSpan RefusalPatience = TimeSpan.FromSeconds(20);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("kill one", async (rig, random) =>
        {
            var node = random.Of(rig.Nodes);
            await node.Kill();
            await random.Pause(0, 2);
            await node.Start();
        })
        { Weight = 4 },
        new("kill two", async (rig, random) =>
        {
            var spared = random.Of(rig.Nodes);
            var killed = rig.Nodes.Where(node => node != spared).ToList();
            await Task.WhenAll(killed.Select(node => node.Kill()));
            await random.Pause(0, 2);
            await Task.WhenAll(killed.Select(node => node.Start()));
        }),
        new("kill the one that serves", KillServing) { Weight = 3 },
        new("kill one twice", async (rig, random) =>
        {
            var node = random.Of(rig.Nodes);
            await node.Kill();
            await node.Launch();
            await random.Pause(0, 1.5);
            await node.Kill();
            await node.Start();
        }),
        new("freeze one", (rig, random) => Freeze(rig, random, withWorkers: false)) { Weight = 3 },
        new("freeze one with its workers", (rig, random) => Freeze(rig, random, withWorkers: true)) { Weight = 3 },
        new("freeze for about a lease", async (rig, random) =>
        {
            // Those who declare it dead race its signs of life, its claims and its releases.
            var node = random.Of(rig.Nodes);
            for (var i = 0; i < 4; i++)
            {
                var frozen = node.Freeze(withWorkers: false);
                await random.Pause(0.8 * rig.Options.Lease.TotalSeconds, 1.3 * rig.Options.Lease.TotalSeconds);
                ChaosNode.Thaw(frozen);
                await random.Pause(0, 0.5);
            }
        }),
        new("freeze one, kill another", async (rig, random) =>
        {
            var node = random.Of(rig.Nodes);
            var other = random.Of([.. rig.Nodes.Where(one => one != node)]);
            var frozen = node.Freeze(withWorkers: true);
            await random.Pause(0, 1.5);
            await other.Kill();
            await random.Pause(0, 2);
            ChaosNode.Thaw(frozen);
            await other.Start();
        }),
        new("ask one to end", async (rig, random) =>
        {
            var node = random.Of(rig.Nodes);
            var (code, _) = await node.Stop();
            Expect(code == 0, $"{node.Name} ended with {code} when it was asked to");
            await random.Pause(0, 1);
            await node.Start();
        })
        { Weight = 3 },
        new("a second node of a name", async (rig, random) =>
        {
            var node = random.Of(rig.Nodes);
            await using var impostor = await node.Impostor();
            var code = await impostor.Ended(RefusalPatience);
            Expect(code == Conflict, $"a second {node.Name} ended with {code}:\n{impostor.Said}");
        })
        { Weight = 1 },
        new("step a node's clock", async (rig, random) =>
        {
            var clock = random.Of([.. rig.Nodes.Select(node => node.Clock).OfType<SettableClock>()]);
            clock.Set(TimeSpan.FromHours(random.Next(2) == 0 ? 1 : -1));
            await random.Pause(1, 3);
            clock.Set(TimeSpan.Zero);
        })
        { NeedsNodeClock = true },
    ];

    // A request through it is under way when it dies, beside those of the clients; what it was told is told on.
    private static async Task KillServing(ClusterRig rig, Random random)
    {
        var node = random.Of(rig.Nodes);
        using var http = new ClientHttp([node]);
        var name = string.Create(CultureInfo.InvariantCulture, $"disabled {random.Next()}");
        var began = rig.Log.Now;
        var asking = http.Ask(0, "POST", "api/exchanges/", new { name, venue = "sim", enabled = false });
        await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * 15), TimeProvider.System);
        await node.Kill();
        var told = await asking;
        rig.Log.Add(new Operation.Creation(
            began, rig.Log.Now, name, told.Fate is Fate.Acknowledged ? told.Json.GetProperty("id").GetInt64() : null, told.Fate));
        await random.Pause(0, 1);
        await node.Start();
    }

    private static async Task Freeze(ClusterRig rig, Random random, bool withWorkers)
    {
        var frozen = random.Of(rig.Nodes).Freeze(withWorkers);
        await random.Pause(0.5 * rig.Options.Lease.TotalSeconds, 3.5 * rig.Options.Lease.TotalSeconds);
        ChaosNode.Thaw(frozen);
    }

    private static void Expect(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }
}
