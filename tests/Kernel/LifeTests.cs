using MarketManager.TestKit;

namespace MarketManager.Kernel.Tests;

public sealed class LifeTests
{
    private static ScriptedActor<string> Node(List<string> trace, string name, int depth) => new(
        (context, _) =>
        {
            context.StopSelf();
            return default;
        },
        context =>
        {
            if (depth > 0)
            {
                context.Spawn("child", () => Node(trace, name + "/child", depth - 1));
            }

            return default;
        },
        _ =>
        {
            trace.Add(name);
            return default;
        });

    [Fact]
    public async Task Children_end_before_their_parents()
    {
        await using var sim = new Simulation();
        var trace = new List<string>();
        var top = sim.System.Spawn("top", () => Node(trace, "top", 2));
        sim.Run();
        Assert.Equal(3, sim.System.ActorCount);

        await sim.Completion(sim.System.Stop(top));
        Assert.Equal(["top/child/child", "top/child", "top"], trace);
        Assert.Equal(0, sim.System.ActorCount);
    }

    [Fact]
    public async Task StopSelf_ends_after_the_current_message()
    {
        await using var sim = new Simulation();
        var handled = new Probe<int>(sim.System);
        var actor = sim.System.Spawn("a", () => new ScriptedActor<int>((context, m) =>
        {
            context.StopSelf();
            handled.Tell(m);
        }));
        actor.Tell(1);
        actor.Tell(2);
        sim.Run();
        Assert.Equal([1], handled.TakeAll());
        Assert.True(actor.IsStopped);
    }

    [Fact]
    public async Task Stopping_cancels_what_a_handler_awaits_and_lets_it_finish()
    {
        await using var sim = new Simulation();
        var trace = new List<string>();
        var actor = sim.System.Spawn("a", () => new ScriptedActor<int>(
            async (context, _) =>
            {
                try
                {
                    await Task.Delay(TimeSpan.FromHours(1), context.World.Time, context.Stopping);
                }
                catch (OperationCanceledException)
                {
                    trace.Add("cancelled");
                }
            },
            onStop: _ =>
            {
                trace.Add("stopped");
                return default;
            }));
        actor.Tell(1);
        sim.Run();
        await sim.Completion(sim.System.Stop(actor));
        Assert.Equal(["cancelled", "stopped"], trace);
    }

    [Fact]
    public async Task Stopping_during_a_backoff_ends_at_once()
    {
        await using var sim = new Simulation();
        var actor = sim.System.Spawn("a", () => new ScriptedActor<int>((_, _) => throw new FormatException()));
        actor.Tell(1);
        sim.Run();
        await sim.Completion(sim.System.Stop(actor));
        sim.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, sim.System.ActorCount);
    }

    [Fact]
    public async Task A_name_is_taken_until_its_actor_has_ended()
    {
        await using var sim = new Simulation();
        var first = sim.System.Spawn("a", () => new ScriptedActor<int>((_, _) => { }));
        Assert.Throws<InvalidOperationException>(() => sim.System.Spawn("a", () => new ScriptedActor<int>((_, _) => { })));
        await sim.Completion(sim.System.Stop(first));
        sim.System.Spawn("a", () => new ScriptedActor<int>((_, _) => { }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    public async Task A_name_that_would_break_the_path_is_refused(string name)
    {
        await using var sim = new Simulation();
        Assert.Throws<ArgumentException>(() => sim.System.Spawn(name, () => new ScriptedActor<int>((_, _) => { })));
    }

    [Fact]
    public async Task Watching_an_actor_that_has_ended_tells_at_once()
    {
        await using var sim = new Simulation();
        var ended = sim.System.Spawn("a", () => new ScriptedActor<int>((_, _) => { }));
        await sim.Completion(sim.System.Stop(ended));
        var ends = new Probe<Terminated>(sim.System);
        sim.System.Spawn("w", () => new ScriptedActor<Terminated>((_, end) => ends.Tell(end), context => context.Watch(ended, end => end)));
        sim.Run();
        Assert.Equal(new Terminated("/a", null), ends.ExpectMessage());
    }

    [Fact]
    public async Task End_of_a_child_comes_through_a_full_mailbox_and_behind_what_waits()
    {
        await using var sim = new Simulation();
        var probe = new Probe<string>(sim.System);
        var gate = new TaskCompletionSource();
        ActorRef<string>? child = null;
        var parent = sim.System.Spawn(
            "parent",
            () => new ScriptedActor<string>(
                (_, m) =>
                {
                    probe.Tell(m);
                    return default;
                },
                async context =>
                {
                    child = context.Spawn("child", () => Node([], "", 0));
                    context.Watch(child, end => $"ended {end.Path}");
                    await gate.Task;
                }),
            new() { MailboxCapacity = 1 });
        sim.Run();
        Assert.True(parent.Tell("first"));
        Assert.False(parent.Tell("second"));
        child!.Tell("stop");
        sim.Run();
        Assert.True(child.IsStopped);
        gate.SetResult();
        sim.Run();
        Assert.Equal(["first", "ended /parent/child"], probe.TakeAll());
    }

    [Fact]
    public async Task Last_words_of_an_actor_come_before_the_news_of_its_end()
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            await using var sim = new Simulation(seed);
            var probe = new Probe<string>(sim.System);
            sim.System.Spawn("parent", () => new ScriptedActor<string>(
                (_, m) => probe.Tell(m),
                parent =>
                {
                    var child = parent.Spawn("child", () => new ScriptedActor<int>((_, _) => { }, context =>
                    {
                        parent.Self.Tell("last words");
                        context.StopSelf();
                    }));
                    parent.Watch(child, _ => "ended");
                }));
            sim.Run();
            Assert.Equal(["last words", "ended"], probe.TakeAll());
        }
    }

    [Fact]
    public async Task Gauges_show_actors_and_waiting_messages()
    {
        await using var sim = new Simulation(name: "gauges");
        using var counts = new MeterCounts("MarketManager.Kernel");
        var actor = sim.System.Spawn("a", () => new ScriptedActor<int>((_, _) => { }));
        actor.Tell(1);
        actor.Tell(2);
        Assert.Equal(1, sim.System.ActorCount);
        Assert.Equal(2, sim.System.MailboxDepth);
        counts.Observe();
        Assert.Equal(2, counts["kernel.mailbox.depth", "", sim.System.Name]);
        Assert.Equal(1, counts["kernel.actors", "", sim.System.Name]);
    }
}
