using System.Globalization;
using MarketManager.Kernel;

namespace MarketManager.Benchmarks.Kernel;

/// <summary>What an actor costs that has handled a message and waits for the next.</summary>
internal static class MemoryBenchmarks
{
    private const int Actors = 50_000;

    public static async Task Run(Report report)
    {
        await using var system = KernelBenchmarks.NewSystem();
        var actors = new ActorRef<ReplyTo<int>>[Actors];
        var before = Measure.LiveBytes();
        for (var i = 0; i < Actors; i++)
        {
            actors[i] = system.Spawn(i.ToString(CultureInfo.InvariantCulture), static () => new Idler());
        }

        foreach (var actor in actors)
        {
            await actor.Ask<int>(static reply => reply, TimeSpan.FromSeconds(10));
        }

        report.Below("live memory of an idle actor", (double)(Measure.LiveBytes() - before) / Actors, 1024, "B");
    }

    private sealed class Idler : Actor<ReplyTo<int>>
    {
        protected override ValueTask OnMessage(ReplyTo<int> message)
        {
            message.Send(0);
            return default;
        }
    }
}
