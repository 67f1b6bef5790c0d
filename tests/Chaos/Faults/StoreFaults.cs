using MarketManager.Chaos.Tests.Rig;

namespace MarketManager.Chaos.Tests.Faults;

/// <summary>What befalls PostgreSQL.</summary>
internal static class StoreFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        new("restart PostgreSQL", async (rig, random) =>
        {
            await rig.Server.Stop("fast");
            await rig.Server.StartAgain();
        })
        { TakesStore = true },
        new("crash PostgreSQL", async (rig, random) =>
        {
            await rig.Server.Stop("immediate");
            await rig.Server.StartAgain();
        })
        { TakesStore = true },
        new("stop PostgreSQL for a while", (rig, random) => StopFor(rig, random, 1, 4)) { TakesStore = true },
        new("stop PostgreSQL for half a minute", (rig, random) => StopFor(rig, random, 30, 32)) { TakesStore = true, IsLong = true },
        new("pause PostgreSQL", async (rig, random) =>
        {
            rig.Server.Pause(true);
            await random.Pause(0.5, 4);
            rig.Server.Pause(false);
        })
        { TakesStore = true },
        new("end all sessions", async (rig, random) =>
        {
            for (var i = random.Next(1, 11); i > 0; i--)
            {
                await rig.Server.EndSessions(rig.Database);
                await random.Pause(0, 0.5);
            }
        })
        { TakesStore = true },
        new("crash PostgreSQL and kill one", async (rig, random) =>
        {
            var node = random.Of(rig.Nodes);
            await Task.WhenAll(rig.Server.Stop("immediate"), node.Kill());
            await random.Pause(0, 1);
            await rig.Server.StartAgain();
            await node.Start();
        })
        { TakesStore = true },
        new("step PostgreSQL's clock", async (rig, random) =>
        {
            rig.StoreClock!.Set(TimeSpan.FromHours(random.Next(2) == 0 ? 1 : -1));
            await random.Pause(1, 3);
            rig.StoreClock.Set(TimeSpan.Zero);
        })
        { NeedsStoreClock = true },
        new("a standby that is not there", async (rig, random) =>
        {
            await rig.WaitForStandby("absent");
            await random.Pause(0.5, 4);
            await rig.WaitForStandby(null);
        })
        { TakesStore = true },
        new("promote a standby", (rig, random) => rig.FailOverForGood())
        {
            // What is acknowledged is on the standby, too: one that lags loses changes, which no checker could tell from a fault.
            Prepare = async (rig, random) =>
            {
                await rig.AddStandby();
                await rig.WaitForStandby(ClusterRig.StandbyName);
                await random.Pause(0.5, 2);
                await rig.Server.CaughtUp(rig.Standby!);
            },
            TakesStore = true,
            IsLong = true,
        },
    ];

    private static async Task StopFor(ClusterRig rig, Random random, double least, double most)
    {
        await rig.Server.Stop(random.Next(2) == 0 ? "fast" : "immediate");
        await random.Pause(least, most);
        await rig.Server.StartAgain();
    }
}
