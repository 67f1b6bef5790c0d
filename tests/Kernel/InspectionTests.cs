using MarketManager.TestKit;

namespace MarketManager.Kernel.Tests;

public sealed class InspectionTests
{
    private abstract record Order
    {
        internal sealed record Buy : Order;

        internal sealed record Sell : Order;
    }

    [Fact]
    public async Task Messages_are_remembered_by_type_and_time_the_newest_first_and_the_oldest_forgotten()
    {
        await using var sim = new Simulation();
        var actor = sim.System.Spawn("a", () => new ScriptedActor<Order>((_, _) => { }), new() { RemembersMessages = 2 });
        var began = sim.World.Now;
        sim.Run();
        Assert.Empty(actor.Inspect()!.Messages);

        foreach (var order in (Order[])[new Order.Sell(), new Order.Buy(), new Order.Sell()])
        {
            actor.Tell(order);
            sim.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(
            [new HandledMessage("Order.Sell", began.AddSeconds(2)), new HandledMessage("Order.Buy", began.AddSeconds(1))],
            actor.Inspect()!.Messages);
    }

    [Fact]
    public async Task An_actor_that_nobody_asked_to_remember_shows_no_messages()
    {
        await using var sim = new Simulation();
        var actor = sim.System.Spawn("a", () => new ScriptedActor<int>((_, _) => { }));
        actor.Tell(1);
        sim.Run();
        Assert.Equal(
            ("/a", ActorState.Idle, 0, 0, (long?)null, (ActorFailure?)null, 0, 0),
            actor.Inspect() is var seen
                ? (seen!.Path, seen.State, seen.Mailbox, seen.Restarts, seen.Sequence, seen.LastFailure, seen.Messages.Count, seen.Children.Count)
                : default);
    }

    [Fact]
    public async Task An_actor_that_awaits_is_handling_and_its_mailbox_fills()
    {
        await using var sim = new Simulation();
        var gate = new TaskCompletionSource();
        var actor = sim.System.Spawn("a", () => new ScriptedActor<int>((_, _) => new ValueTask(gate.Task)));
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell(3);
        sim.Run();
        Assert.Equal((ActorState.Handling, 2), actor.Inspect() is var seen ? (seen!.State, seen.Mailbox) : default);

        gate.SetResult();
        sim.Run();
        Assert.Equal((ActorState.Idle, 0), actor.Inspect() is var after ? (after!.State, after.Mailbox) : default);
    }

    [Fact]
    public async Task An_actor_that_keeps_its_thread_is_seen_all_the_same()
    {
        await using var system = RealSystem.Create();
        var gate = new Lock();
        var actor = system.Spawn(
            "a",
            () => new ScriptedActor<Order>((_, _) =>
            {
                lock (gate)
                {
                    return;
                }
            }),
            new() { RemembersMessages = 4 });
        lock (gate)
        {
            actor.Tell(new Order.Buy());
            Assert.True(SpinWait.SpinUntil(() => actor.Inspect()!.State == ActorState.Handling, TimeSpan.FromSeconds(10)));
            Assert.Equal(["Order.Buy"], actor.Inspect()!.Messages.Select(message => message.Type));
        }
    }

    [Fact]
    public async Task The_last_failure_stays_with_its_time_over_the_restart()
    {
        await using var sim = new Simulation();
        var actor = sim.System.Spawn(
            "a",
            () => new ScriptedActor<int>((_, number) => throw new FormatException(number == 1 ? "as told" : new string('x', 2000))),
            new() { Supervision = Strategies.RestartAtOnce });
        sim.Advance(TimeSpan.FromSeconds(5));
        var at = sim.World.Now;
        actor.Tell(1);
        sim.Advance(TimeSpan.FromSeconds(1));
        var seen = actor.Inspect()!;
        Assert.Equal((1, new ActorFailure("FormatException", "as told", at)), (seen.Restarts, seen.LastFailure));

        actor.Tell(2);
        sim.Run();
        Assert.Equal(1000, actor.Inspect()!.LastFailure!.Message.Length);
    }

    [Fact]
    public async Task An_actor_between_failure_and_restart_is_restarting_and_one_that_ended_is_stopped()
    {
        await using var sim = new Simulation();
        var strategy = Strategies.RestartAtOnce with { Backoff = new Backoff(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), 0) };
        var actor = sim.System.Spawn("a", () => new ScriptedActor<int>((_, _) => throw new FormatException()), new() { Supervision = strategy });
        actor.Tell(1);
        sim.Run();
        Assert.Equal(ActorState.Restarting, actor.Inspect()!.State);
        await sim.Completion(sim.System.Stop(actor));
        Assert.Equal(ActorState.Stopped, actor.Inspect()!.State);
    }

    [Fact]
    public async Task Children_are_shown_by_name_and_those_of_others_are_not()
    {
        await using var sim = new Simulation();
        var parent = sim.System.Spawn("p", () => new ScriptedActor<int>((_, _) => { }, context =>
        {
            context.Spawn("b", () => new ScriptedActor<int>((_, _) => { }));
            context.Spawn("a", () => new ScriptedActor<int>((_, _) => { }));
        }));
        sim.System.Spawn("other", () => new ScriptedActor<int>((_, _) => { }));
        sim.Run();
        Assert.Equal(["/p/a", "/p/b"], parent.Inspect()!.Children.Select(child => child.Path));
    }

    [Fact]
    public async Task A_persistent_actor_shows_the_number_of_its_last_durable_event()
    {
        await using var sim = new Simulation();
        var journal = new TestJournal();
        var actor = sim.System.Spawn("account", () => new Account(journal, new Probe<string>(sim.System)));
        sim.Run();
        Assert.Equal(0, actor.Inspect()!.Sequence);

        journal.Hold();
        actor.Tell(new Account.Command.Add(1, 2));
        sim.Run();
        Assert.Equal((ActorState.Handling, 0), actor.Inspect() is var seen ? (seen!.State, seen.Sequence) : default);
        journal.Release();
        sim.Run();
        Assert.Equal(2, actor.Inspect()!.Sequence);
    }

    [Fact]
    public async Task A_reference_that_is_no_actor_of_this_process_shows_nothing()
    {
        await using var sim = new Simulation();
        Assert.Null(new Probe<int>(sim.System).Inspect());
    }
}
