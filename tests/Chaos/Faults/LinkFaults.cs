using MarketManager.Chaos.Tests.Rig;

namespace MarketManager.Chaos.Tests.Faults;

/// <summary>What befalls the lines between nodes and PostgreSQL, and among nodes.</summary>
internal static class LinkFaults
{
    /// <summary>In seconds: a node that reaches no other for twice the lease and 2 s hands over all that it has.</summary>
    private const double Isolating = 8;

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("PostgreSQL refuses all", async (rig, random) =>
        {
            foreach (var node in rig.Nodes)
            {
                node.ToStore.Close();
                node.ToStore.Cut();
            }

            await random.Pause(1, 3);
            foreach (var node in rig.Nodes)
            {
                node.ToStore.Open();
            }
        })
        { TakesStore = true },
        new("PostgreSQL refuses one", async (rig, random) =>
        {
            var link = random.Of(rig.Nodes).ToStore;
            link.Close();
            link.Cut();
            await random.Pause(0.5, 4);
            link.Open();
        }),
        new("one is cut off from PostgreSQL", (rig, random) => During(Weather.Held, random, 0.5, 4, random.Of(rig.Nodes).ToStore)),
        new("commits without an answer", async (rig, random) =>
        {
            var link = random.Of(rig.Nodes).ToStore;
            for (var i = 0; i < 3; i++)
            {
                await During(new Weather { SwallowsReplies = true }, random, 0.05, 0.4, link);
                await random.Pause(0, 0.5);
            }
        })
        { Weight = 4 },
        new("frozen inside a write", (rig, random) => During(
            new Weather { Tear = 0.2, TornFor = TimeSpan.FromSeconds(0.5 + (random.NextDouble() * 3)) }, random, 0.5, 2, random.Of(rig.Nodes).ToStore))
        { Weight = 3 },
        new("slow lines", (rig, random) => During(
            new Weather { Delay = TimeSpan.FromMilliseconds(random.Next(20, 150)) }, random, 1, 3, Lines(rig, random))),
        new("lossy lines", (rig, random) => During(
            new Weather { Cut = 0.02, Delay = TimeSpan.FromMilliseconds(30) }, random, 1, 3, Lines(rig, random)))
        { Weight = 3 },
        new("one is cut off from its peers", (rig, random) => Apart(rig, random, cuts: false)) { Weight = 3 },
        new("one loses its peers", (rig, random) => Apart(rig, random, cuts: true)),
        new("one hears nobody", (rig, random) => During(Weather.Held, random, 0.5, Isolating, random.Of(rig.Nodes).ToMe)),
        new("cut off from PostgreSQL, then from peers", async (rig, random) =>
        {
            var node = random.Of(rig.Nodes);
            node.ToStore.Weather = Weather.Held;
            await random.Pause(0, 2);
            node.ToMe.Weather = Weather.Held;
            await random.Pause(0, 2);
            node.ToStore.Weather = Weather.Fair;
            await random.Pause(0, 1);
            node.ToMe.Weather = Weather.Fair;
        }),
    ];

    /// <summary>Makes a weather on some lines for a while.</summary>
    public static async Task During(Weather weather, Random random, double least, double most, params Link[] links)
    {
        foreach (var link in links)
        {
            link.Weather = weather;
        }

        await random.Pause(least, most);
        foreach (var link in links)
        {
            link.Weather = Weather.Fair;
        }
    }

    // It reaches nobody, and nobody reaches it; those that it is cut off from reach each other.
    private static async Task Apart(ClusterRig rig, Random random, bool cuts)
    {
        var node = random.Of(rig.Nodes);
        foreach (var other in rig.Nodes)
        {
            other.ToMe.Weather = other == node ? Weather.Held : Weather.Held with { Only = new HashSet<int> { node.Pid } };
            if (cuts)
            {
                other.ToMe.Cut();
            }
        }

        await random.Pause(0.5, Isolating);
        foreach (var other in rig.Nodes)
        {
            other.ToMe.Weather = Weather.Fair;
        }
    }

    private static Link[] Lines(ClusterRig rig, Random random) => random.Next(3) switch
    {
        0 => [random.Of(rig.Nodes).ToStore],
        1 => [.. rig.Nodes.Select(node => node.ToMe)],
        _ => [.. rig.Nodes.SelectMany(node => new[] { node.ToStore, node.ToMe })],
    };
}
