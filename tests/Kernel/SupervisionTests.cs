using FsCheck;
using FsCheck.Fluent;
using MarketManager.TestKit;

namespace MarketManager.Kernel.Tests;

public sealed class SupervisionTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    /// <summary>Counts its messages, throws on "fail", and reports all that happens to it.</summary>
    private sealed class Worker(Probe<string> probe) : Actor<string>
    {
        private int _handled;

        protected override ValueTask OnStart()
        {
            probe.Tell($"start {Context.Restarts}");
            return default;
        }

        protected override ValueTask OnMessage(string message)
        {
            if (message == "fail")
            {
                throw new FormatException("as told");
            }

            probe.Tell($"{message} {++_handled}");
            return default;
        }

        protected override ValueTask OnStop()
        {
            probe.Tell("stop");
            return default;
        }
    }

    private static (Probe<string> Probe, ActorRef<string> Actor) SpawnWorker(Simulation sim, SupervisorStrategy strategy)
    {
        var probe = new Probe<string>(sim.System);
        return (probe, sim.System.Spawn("worker", () => new Worker(probe), new() { Supervision = strategy }));
    }

    [Fact]
    public async Task Resume_keeps_the_instance_and_drops_the_message()
    {
        await using var sim = new Simulation();
        var (probe, actor) = SpawnWorker(sim, Strategies.Always(Directive.Resume));
        foreach (var message in (string[])["a", "fail", "b"])
        {
            actor.Tell(message);
        }

        sim.Run();
        Assert.Equal(["start 0", "a 1", "b 2"], probe.TakeAll());
    }

    [Fact]
    public async Task Restart_makes_a_new_instance_and_keeps_the_mailbox()
    {
        await using var sim = new Simulation(name: "restarts");
        using var counts = new MeterCounts("MarketManager.Kernel");
        var (probe, actor) = SpawnWorker(sim, Strategies.RestartAtOnce);
        foreach (var message in (string[])["a", "fail", "b"])
        {
            actor.Tell(message);
        }

        sim.Run();
        Assert.Equal(["start 0", "a 1", "stop", "start 1", "b 1"], probe.TakeAll());
        Assert.Equal(1, counts["kernel.restarts", nameof(FormatException), sim.System.Name]);
    }

    [Fact]
    public async Task Stop_ends_the_actor_and_tells_watchers_why()
    {
        await using var sim = new Simulation();
        var (probe, actor) = SpawnWorker(sim, Strategies.Always(Directive.Stop));
        var ends = new Probe<Terminated>(sim.System);
        sim.System.Spawn("watcher", () => new ScriptedActor<Terminated>(
            (_, end) => ends.Tell(end), context => context.Watch(actor, end => end)));
        sim.Run();
        actor.Tell("fail");
        sim.Run();

        Assert.Equal(["start 0", "stop"], probe.TakeAll());
        var end = ends.ExpectMessage();
        Assert.Equal("/worker", end.Path);
        Assert.IsType<FormatException>(end.Reason);
        Assert.True(actor.IsStopped);
        Assert.False(actor.Tell("late"));
    }

    [Fact]
    public async Task A_restart_waits_for_its_backoff_and_messages_wait_too()
    {
        await using var sim = new Simulation();
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(400), Jitter: 0);
        var (probe, actor) = SpawnWorker(sim, new(10, TimeSpan.FromMinutes(1), backoff, _ => Directive.Restart));
        sim.Run();
        probe.TakeAll();
        foreach (var wait in (int[])[100, 200, 400, 400])
        {
            actor.Tell("fail");
            actor.Tell("x");
            sim.Advance(TimeSpan.FromMilliseconds(wait) - Millisecond);
            Assert.Equal(["stop"], probe.TakeAll());
            sim.Advance(Millisecond);
            Assert.Equal("x 1", probe.TakeAll()[^1]);
        }
    }

    [Fact]
    public async Task Past_the_limit_the_actor_stops()
    {
        await using var sim = new Simulation();
        var (_, actor) = SpawnWorker(sim, Strategies.Always(Directive.Restart, maxRestarts: 2));
        for (var i = 0; i < 2; i++)
        {
            actor.Tell("fail");
            sim.Run();
            Assert.False(actor.IsStopped);
        }

        actor.Tell("fail");
        sim.Run();
        Assert.True(actor.IsStopped);
    }

    [Fact]
    public async Task Restarts_before_the_window_do_not_count()
    {
        await using var sim = new Simulation();
        var (_, actor) = SpawnWorker(sim, Strategies.Always(Directive.Restart, maxRestarts: 1));
        for (var i = 0; i < 5; i++)
        {
            actor.Tell("fail");
            sim.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.False(actor.IsStopped);
    }

    [Fact]
    public async Task A_failing_start_counts_as_a_failure()
    {
        await using var sim = new Simulation();
        var starts = 0;
        var actor = sim.System.Spawn(
            "a",
            () => new ScriptedActor<int>((_, _) => { }, _ => throw new FormatException($"{starts++}")),
            new() { Supervision = Strategies.Always(Directive.Resume, maxRestarts: 3) });
        sim.Run();
        Assert.Equal(4, starts); // and Resume makes no sense for it
        Assert.True(actor.IsStopped);
    }

    [Fact]
    public async Task A_start_that_fails_very_often_does_not_fill_the_stack()
    {
        await using var sim = new Simulation();
        var starts = 0;
        var actor = sim.System.Spawn(
            "a",
            () => new ScriptedActor<int>((_, _) => { }, _ => throw new FormatException($"{starts++}")),
            new() { Supervision = Strategies.Always(Directive.Restart, maxRestarts: 20_000) });
        sim.Run();
        Assert.Equal(20_001, starts);
        Assert.True(actor.IsStopped);
    }

    [Fact]
    public void Backoff_of_long_waits_stays_at_its_maximum()
    {
        var backoff = new Backoff(TimeSpan.FromDays(1), TimeSpan.FromDays(2), 0);
        Assert.Equal(TimeSpan.FromDays(2), backoff.Before(1000, 0));
    }

    [Fact]
    public async Task A_failing_constructor_counts_as_a_failure()
    {
        await using var sim = new Simulation();
        var attempts = 0;
        var probe = new Probe<int>(sim.System);
        var actor = sim.System.Spawn(
            "a",
            () => attempts++ == 0 ? throw new FormatException() : new ScriptedActor<int>((_, m) => probe.Tell(m)),
            new() { Supervision = Strategies.RestartAtOnce });
        actor.Tell(7);
        sim.Run();
        Assert.Equal(7, probe.ExpectMessage());
    }

    [Fact]
    public async Task A_strategy_that_throws_stops_the_actor()
    {
        await using var sim = new Simulation();
        var (_, actor) = SpawnWorker(sim, Strategies.RestartAtOnce with { Decide = _ => throw new InvalidOperationException() });
        actor.Tell("fail");
        sim.Run();
        Assert.True(actor.IsStopped);
    }

    private static (ActorRef<string> Parent, Probe<string> Probe, Func<ActorRef<string>> Child) SpawnFamily(
        Simulation sim, Directive ofParent, SupervisorStrategy ofChild)
    {
        var probe = new Probe<string>(sim.System);
        ActorRef<string>? child = null;
        var parent = sim.System.Spawn(
            "parent",
            () => new ScriptedActor<string>(
                (_, m) => probe.Tell($"parent {m}"),
                context => child = context.Spawn("child", () => new Worker(probe), new() { Supervision = ofChild })),
            new() { Supervision = Strategies.Always(ofParent) });
        sim.Run();
        return (parent, probe, () => child!);
    }

    [Fact]
    public async Task Escalate_lets_the_parent_restart_with_new_children()
    {
        await using var sim = new Simulation();
        var (parent, probe, child) = SpawnFamily(sim, Directive.Restart, Strategies.Always(Directive.Escalate));
        var first = child();
        first.Tell("fail");
        parent.Tell("x");
        sim.Run();

        Assert.True(first.IsStopped);
        Assert.False(child().IsStopped);
        Assert.NotSame(first, child());
        Assert.Equal(["parent x", "start 0", "start 0", "stop"], probe.TakeAll().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Escalate_to_a_parent_that_resumes_lets_the_child_go_on()
    {
        await using var sim = new Simulation();
        var (_, probe, child) = SpawnFamily(sim, Directive.Resume, Strategies.Always(Directive.Escalate));
        child().Tell("a");
        child().Tell("fail");
        child().Tell("b");
        sim.Run();
        Assert.Equal(["start 0", "a 1", "b 2"], probe.TakeAll());
    }

    [Fact]
    public async Task Escalate_to_a_parent_that_stops_ends_both()
    {
        await using var sim = new Simulation();
        var (parent, _, child) = SpawnFamily(sim, Directive.Stop, Strategies.Always(Directive.Escalate));
        child().Tell("fail");
        sim.Run();
        Assert.True(parent.IsStopped);
        Assert.True(child().IsStopped);
        Assert.Equal(0, sim.System.ActorCount);
    }

    [Fact]
    public async Task Past_the_limit_a_child_can_escalate()
    {
        await using var sim = new Simulation();
        var (parent, _, child) = SpawnFamily(
            sim, Directive.Stop, Strategies.Always(Directive.Restart, maxRestarts: 1, onLimit: Directive.Escalate));
        child().Tell("fail");
        sim.Run();
        Assert.False(parent.IsStopped);
        child().Tell("fail");
        sim.Run();
        Assert.True(parent.IsStopped);
    }

    [Fact]
    public async Task A_parent_that_awaits_deals_with_an_escalation_afterwards()
    {
        await using var sim = new Simulation();
        var gate = new TaskCompletionSource();
        ActorRef<string>? child = null;
        var trace = new List<string>();
        var parent = sim.System.Spawn(
            "parent",
            () => new ScriptedActor<string>(
                async (_, m) =>
                {
                    await gate.Task;
                    trace.Add(m);
                },
                context =>
                {
                    trace.Add("start");
                    child = context.Spawn<string>(
                        "child",
                        () => new ScriptedActor<string>((_, _) => throw new FormatException()),
                        new() { Supervision = Strategies.Always(Directive.Escalate) });
                    return default;
                }),
            new() { Supervision = Strategies.RestartAtOnce });
        parent.Tell("x");
        sim.Run();
        child!.Tell("fail");
        sim.Run();
        Assert.Equal(["start"], trace);
        gate.SetResult();
        sim.Run();
        Assert.Equal(["start", "x", "start"], trace);
    }

    [Fact]
    public void Backoff_doubles_up_to_its_maximum_and_jitter_only_adds()
    {
        Prop.ForAll(
            Gen.Choose(1, 5000).SelectMany(initial => Gen.Choose(1, 60_000), (initial, max) => (initial, max))
                .SelectMany(_ => Gen.Choose(1, 100), (x, restart) => (x.initial, x.max, restart))
                .SelectMany(_ => Gen.Choose(0, 999), (x, random) => (x.initial, x.max, x.restart, random)).ToArbitrary(),
            x =>
            {
                var backoff = new Backoff(TimeSpan.FromMilliseconds(x.initial), TimeSpan.FromMilliseconds(x.max), 0.5);
                var plain = backoff.Before(x.restart, 0);
                var next = backoff.Before(x.restart + 1, 0);
                var jittered = backoff.Before(x.restart, x.random / 1000.0);
                return plain <= backoff.Max
                    && next >= plain
                    && (next == plain * 2 || next == backoff.Max)
                    && jittered >= plain
                    && jittered <= plain * 1.5;
            }).QuickCheckThrowOnFailure();
    }
}
