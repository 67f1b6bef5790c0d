using MarketManager.TestKit;

namespace MarketManager.Kernel.Tests;

public sealed class SeededSchedulerTests
{
    /// <summary>Actors that tell, await, pipe, fail and are woken by timers; the trace is everything in the order in which it happened.</summary>
    private static async Task<IReadOnlyList<string>> Trace(int seed)
    {
        var trace = new List<string>();
        await using var sim = new Simulation(seed);
        var actors = new List<ActorRef<int>>();
        for (var n = 0; n < 5; n++)
        {
            var name = $"a{n}";
            actors.Add(sim.System.Spawn(name, () => new ScriptedActor<int>(
                async (context, m) =>
                {
                    trace.Add($"{name} {m} {context.World.NewId(context.World.Now)}");
                    await Task.Yield();
                    if (m % 7 == 6)
                    {
                        throw new FormatException();
                    }

                    if (m > 0)
                    {
                        actors[m % actors.Count].Tell(m - 1);
                        context.Pipe(
                            async _ =>
                            {
                                await Task.Yield();
                                return m / 3;
                            },
                            result => result,
                            _ => 0);
                    }

                    trace.Add($"{name} {m} done");
                },
                context =>
                {
                    context.Timers.Start("t", 3, context.World.NextDuration(TimeSpan.FromSeconds(1)));
                    return default;
                })));
        }

        actors[0].Tell(20);
        actors[1].Tell(15);
        sim.Advance(TimeSpan.FromSeconds(5));
        return trace;
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_trace()
    {
        var first = await Trace(4711);
        var second = await Trace(4711);
        Assert.True(first.Count > 100, $"only {first.Count} entries");
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task Other_seeds_give_other_orders()
    {
        var orders = new HashSet<string>();
        for (var seed = 0; seed < 10; seed++)
        {
            var trace = await Trace(seed);
            orders.Add(string.Join('\n', trace.Select(line => line[..4])));
        }

        Assert.True(orders.Count > 5, $"{orders.Count} orders of 10 seeds");
    }

    [Fact]
    public void What_never_becomes_idle_is_reported_with_its_seed()
    {
        var scheduler = new SeededScheduler(5);
        void Again() => scheduler.Post(Again);
        Again();
        var e = Assert.Throws<InvalidOperationException>(() => scheduler.RunUntilIdle(maxSteps: 10));
        Assert.Contains("seed 5", e.Message, StringComparison.Ordinal);
    }
}
