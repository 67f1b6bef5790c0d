using MarketManager.TestKit;

namespace MarketManager.Kernel.Tests;

public sealed class HandlerTests
{
    [Fact]
    public async Task A_handler_that_awaits_parks_the_actor_and_goes_on_before_the_next_message()
    {
        await using var sim = new Simulation();
        var trace = new List<string>();
        var gate = new TaskCompletionSource();
        var actor = sim.System.Spawn("a", () => new ScriptedActor<string>(async (_, m) =>
        {
            trace.Add($"{m} begins");
            await gate.Task;
            trace.Add($"{m} ends");
        }));
        actor.Tell("1");
        actor.Tell("2");
        sim.Run();
        Assert.Equal(["1 begins"], trace);

        gate.SetResult();
        sim.Run();
        Assert.Equal(["1 begins", "1 ends", "2 begins", "2 ends"], trace);
    }

    [Fact]
    public async Task Handlers_with_awaits_on_the_thread_pool_never_overlap()
    {
        await using var system = RealSystem.Create();
        var inside = 0;
        var overlaps = 0;
        var done = new Probe<int>(system);
        var actor = system.Spawn(
            "a",
            () => new ScriptedActor<int>(async (_, m) =>
            {
                overlaps += Interlocked.Increment(ref inside) - 1;
                for (var i = 0; i < 3; i++)
                {
                    await Task.Run(static () => { }); // completes elsewhere
                }

                Interlocked.Decrement(ref inside);
                done.Tell(m);
            }),
            new() { MailboxCapacity = int.MaxValue });
        for (var i = 0; i < 1000; i++)
        {
            actor.Tell(i);
        }

        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal(i, await done.ExpectMessageAsync());
        }

        Assert.Equal(0, overlaps);
    }

    [Fact]
    public async Task Two_continuations_of_one_handler_never_run_beside_each_other()
    {
        await using var system = RealSystem.Create();
        var count = 0;
        var done = new Probe<int>(system);
        var actor = system.Spawn("a", () => new ScriptedActor<int>(async (_, _) =>
        {
            async Task Branch()
            {
                for (var i = 0; i < 2000; i++)
                {
                    await Task.Yield();
                    count++; // would lose counts if both branches ran at once
                }
            }

            await Task.WhenAll(Branch(), Branch());
            done.Tell(count);
        }));
        actor.Tell(0);
        Assert.Equal(4000, await done.ExpectMessageAsync());
    }

    [Fact]
    public async Task A_task_that_a_handler_returns_and_that_completes_elsewhere_parks_it()
    {
        await using var system = RealSystem.Create();
        var probe = new Probe<int>(system);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var actor = system.Spawn("a", () => new ScriptedActor<int>((_, m) =>
        {
            probe.Tell(m);
            return m == 1 ? new ValueTask(gate.Task) : default;
        }));
        actor.Tell(1);
        actor.Tell(2);
        Assert.Equal(1, await probe.ExpectMessageAsync());
        probe.ExpectNoMessage();
        gate.SetResult();
        Assert.Equal(2, await probe.ExpectMessageAsync());
    }

    [Fact]
    public async Task A_busy_actor_lets_others_have_a_turn()
    {
        await using var sim = new Simulation();
        var trace = new List<string>();
        ActorRef<int> Spawn(string name) => sim.System.Spawn(name, () => new ScriptedActor<int>((_, _) => trace.Add(name)));
        var a = Spawn("a");
        var b = Spawn("b");
        sim.Run();
        for (var i = 0; i < 500; i++)
        {
            a.Tell(i);
            b.Tell(i);
        }

        sim.Run();
        Assert.Equal(1000, trace.Count);
        Assert.True(trace.IndexOf("b") < trace.LastIndexOf("a") && trace.IndexOf("a") < trace.LastIndexOf("b"), "one ran to its end first");
    }

    [Fact]
    public async Task An_async_void_that_throws_fails_its_actor()
    {
        await using var sim = new Simulation();
        var starts = 0;
        async void Stray()
        {
            await Task.Yield();
            throw new FormatException();
        }

        var actor = sim.System.Spawn(
            "a",
            () => new ScriptedActor<int>((_, _) => Stray(), _ => starts++),
            new() { Supervision = Strategies.RestartAtOnce });
        actor.Tell(1);
        sim.Run();
        Assert.Equal(2, starts);
    }
}
