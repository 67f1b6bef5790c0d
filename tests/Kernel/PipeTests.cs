using MarketManager.TestKit;

namespace MarketManager.Kernel.Tests;

public sealed class PipeTests
{
    private static ScriptedActor<string> Piping(Probe<string> probe, Func<CancellationToken, Task<int>> work) => new((context, m) =>
    {
        probe.Tell(m);
        if (m == "go")
        {
            context.Pipe(work, result => $"result {result}", e => $"failed {e.GetType().Name}");
        }
    });

    [Fact]
    public async Task A_result_comes_back_as_a_message_and_others_are_handled_meanwhile()
    {
        await using var sim = new Simulation();
        var probe = new Probe<string>(sim.System);
        var source = new TaskCompletionSource<int>();
        var actor = sim.System.Spawn("a", () => Piping(probe, _ => source.Task));
        actor.Tell("go");
        actor.Tell("other");
        sim.Run();
        source.SetResult(7);
        sim.Run();
        Assert.Equal(["go", "other", "result 7"], probe.TakeAll());
    }

    [Fact]
    public async Task A_failure_comes_back_as_a_message_also_if_it_is_thrown_at_once()
    {
        await using var sim = new Simulation();
        var probe = new Probe<string>(sim.System);
        var actor = sim.System.Spawn("a", () => Piping(probe, _ => throw new FormatException()));
        actor.Tell("go");
        sim.Run();
        Assert.Equal(["go", "failed FormatException"], probe.TakeAll());
    }

    [Fact]
    public async Task A_result_comes_through_a_full_mailbox()
    {
        await using var sim = new Simulation();
        var probe = new Probe<string>(sim.System);
        var source = new TaskCompletionSource<int>();
        var actor = sim.System.Spawn("a", () => Piping(probe, _ => source.Task), new() { MailboxCapacity = 1 });
        actor.Tell("go");
        sim.Run();
        Assert.True(actor.Tell("waits"));
        source.SetResult(1);
        sim.Run();
        Assert.Contains("result 1", probe.TakeAll());
    }

    [Fact]
    public async Task Stopping_cancels_the_work_and_drops_its_result()
    {
        await using var sim = new Simulation();
        var probe = new Probe<string>(sim.System);
        var cancelled = false;
        var actor = sim.System.Spawn("a", () => Piping(probe, async stopping =>
        {
            var source = new TaskCompletionSource();
            await using var registration = stopping.Register(() =>
            {
                cancelled = true;
                source.SetResult();
            });
            await source.Task;
            return 1;
        }));
        actor.Tell("go");
        sim.Run();
        await sim.Completion(sim.System.Stop(actor));
        Assert.True(cancelled);
        Assert.Equal(["go"], probe.TakeAll());
    }

    [Fact]
    public async Task A_restart_drops_results_that_the_last_instance_asked_for()
    {
        await using var sim = new Simulation();
        var probe = new Probe<string>(sim.System);
        var source = new TaskCompletionSource<int>();
        var actor = sim.System.Spawn(
            "a",
            () => new ScriptedActor<string>((context, m) =>
            {
                if (m == "fail")
                {
                    throw new FormatException();
                }

                probe.Tell(m);
                context.Pipe(_ => source.Task, _ => "result", _ => "failed");
            }),
            new() { Supervision = Strategies.RestartAtOnce });
        actor.Tell("go");
        actor.Tell("fail");
        sim.Run();
        source.SetResult(1);
        sim.Run();
        Assert.Equal(["go"], probe.TakeAll());
    }

    [Fact]
    public async Task An_outcome_that_cannot_be_made_into_a_message_fails_the_actor()
    {
        await using var sim = new Simulation();
        var starts = 0;
        var actor = sim.System.Spawn(
            "a",
            () => new ScriptedActor<int>(
                (context, _) => context.Pipe<int>(_ => throw new FormatException(), _ => 1, _ => throw new InvalidOperationException()),
                _ => starts++),
            new() { Supervision = Strategies.RestartAtOnce });
        actor.Tell(0);
        sim.Run();
        Assert.Equal(2, starts);
    }

    [Fact]
    public async Task Work_on_the_thread_pool_runs_outside_the_turn()
    {
        await using var system = RealSystem.Create();
        var probe = new Probe<string>(system);
        var actor = system.Spawn("a", () => Piping(probe, _ => Task.FromResult(SynchronizationContext.Current is null ? 1 : 2)));
        actor.Tell("go");
        Assert.Equal("go", await probe.ExpectMessageAsync());
        Assert.Equal("result 1", await probe.ExpectMessageAsync());
    }
}
