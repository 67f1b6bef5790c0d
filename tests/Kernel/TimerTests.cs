using MarketManager.TestKit;

namespace MarketManager.Kernel.Tests;

public sealed class TimerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    /// <summary>Runs whatever it is told and passes on the texts.</summary>
    private static (Probe<string> Probe, ActorRef<object> Actor) SpawnClock(Simulation sim, SupervisorStrategy? strategy = null)
    {
        var probe = new Probe<string>(sim.System);
        var actor = sim.System.Spawn(
            "clock",
            () => new ScriptedActor<object>((context, message) =>
            {
                if (message is Action<ActorContext<object>> action)
                {
                    action(context);
                }
                else
                {
                    probe.Tell((string)message);
                }
            }),
            new() { Supervision = strategy ?? Strategies.RestartAtOnce });
        return (probe, actor);
    }

    private static void Do(Simulation sim, ActorRef<object> actor, Action<ActorContext<object>> action)
    {
        actor.Tell(action);
        sim.Run();
    }

    [Fact]
    public async Task A_timer_fires_once_at_exactly_its_time()
    {
        await using var sim = new Simulation();
        var (probe, actor) = SpawnClock(sim);
        Do(sim, actor, c => c.Timers.Start("key", "ring", Second));
        Do(sim, actor, c => Assert.True(c.Timers.IsActive("key")));

        sim.Advance(Second - Millisecond);
        probe.ExpectNoMessage();
        sim.Advance(Millisecond);
        Assert.Equal("ring", probe.ExpectMessage());
        Do(sim, actor, c => Assert.False(c.Timers.IsActive("key")));
        sim.Advance(Second * 10);
        probe.ExpectNoMessage();
    }

    [Fact]
    public async Task A_timer_without_delay_fires_without_time_passing()
    {
        await using var sim = new Simulation();
        var (probe, actor) = SpawnClock(sim);
        Do(sim, actor, c => c.Timers.Start("key", "ring", TimeSpan.Zero));
        sim.Advance(TimeSpan.Zero);
        Assert.Equal("ring", probe.ExpectMessage());
    }

    [Fact]
    public async Task A_timer_that_is_started_again_replaces_the_first()
    {
        await using var sim = new Simulation();
        var (probe, actor) = SpawnClock(sim);
        Do(sim, actor, c => c.Timers.Start("key", "first", Second));
        Do(sim, actor, c => c.Timers.Start("key", "second", Second * 2));
        sim.Advance(Second * 5);
        Assert.Equal(["second"], probe.TakeAll());
    }

    [Fact]
    public async Task A_cancelled_timer_never_arrives_even_if_its_message_already_waits()
    {
        await using var sim = new Simulation();
        var (probe, actor) = SpawnClock(sim);
        var gate = new TaskCompletionSource();
        Do(sim, actor, c => c.Timers.Start("key", "ring", Second));
        var parked = sim.System.Spawn("parked", () => new ScriptedActor<int>(
            async (context, _) =>
            {
                context.Timers.Start("own", 2, Second);
                await gate.Task;
                context.Timers.Cancel("own");
                Assert.False(context.Timers.IsActive("own"));
                probe.Tell("handled");
            }));
        parked.Tell(1);
        sim.Advance(Second);
        Assert.Equal(["ring"], probe.TakeAll());
        gate.SetResult();
        sim.Advance(Second * 5);
        Assert.Equal(["handled"], probe.TakeAll());
    }

    [Fact]
    public async Task A_replaced_timer_never_arrives_even_if_its_message_already_waits()
    {
        await using var sim = new Simulation();
        var probe = new Probe<string>(sim.System);
        var gate = new TaskCompletionSource();
        var actor = sim.System.Spawn("a", () => new ScriptedActor<string>(async (context, m) =>
        {
            probe.Tell(m);
            if (m == "go")
            {
                context.Timers.Start("key", "first", Second);
                await gate.Task;
                context.Timers.Start("key", "second", Second);
            }
        }));
        actor.Tell("go");
        sim.Advance(Second * 2);
        gate.SetResult();
        sim.Advance(Second * 2);
        Assert.Equal(["go", "second"], probe.TakeAll());
    }

    [Fact]
    public async Task A_periodic_timer_does_not_drift()
    {
        await using var sim = new Simulation();
        var began = sim.World.Now;
        var fired = new List<TimeSpan>();
        var interval = TimeSpan.FromMilliseconds(333);
        sim.System.Spawn("a", () => new ScriptedActor<int>(
            (context, _) => fired.Add(context.World.Now - began),
            context => context.Timers.StartPeriodic("tick", 0, Millisecond * 10, interval)));
        sim.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(Enumerable.Range(0, 181).Select(n => (Millisecond * 10) + (n * interval)), fired);
    }

    [Fact]
    public async Task A_periodic_timer_of_a_parked_actor_has_one_message_waiting()
    {
        await using var sim = new Simulation();
        var gate = new TaskCompletionSource();
        var handled = 0;
        sim.System.Spawn("a", () => new ScriptedActor<int>(
            async (_, _) =>
            {
                handled++;
                await gate.Task;
            },
            context =>
            {
                context.Timers.StartPeriodic("tick", 0, Second, Second);
                return default;
            }));
        sim.Advance(Second * 100);
        Assert.Equal(1, handled);
        gate.SetResult();
        sim.Run();
        Assert.Equal(2, handled);
    }

    [Fact]
    public async Task Timers_die_with_their_actor_and_with_its_restart()
    {
        await using var sim = new Simulation();
        var (probe, actor) = SpawnClock(sim);
        Do(sim, actor, c => c.Timers.StartPeriodic("key", "ring", Second, Second));
        Do(sim, actor, _ => throw new FormatException());
        sim.Advance(Second * 3);
        probe.ExpectNoMessage();

        Do(sim, actor, c => c.Timers.StartPeriodic("key", "ring", Second, Second));
        await sim.Completion(sim.System.Stop(actor));
        sim.Advance(Second * 3);
        probe.ExpectNoMessage();
        Assert.Null(sim.Time.UntilNextTimer);
    }

    [Fact]
    public async Task Timers_come_through_a_full_mailbox_and_before_it()
    {
        await using var sim = new Simulation();
        var probe = new Probe<string>(sim.System);
        var gate = new TaskCompletionSource();
        var actor = sim.System.Spawn(
            "a",
            () => new ScriptedActor<string>(async (context, m) =>
            {
                probe.Tell(m);
                if (m == "go")
                {
                    context.Timers.Start("key", "ring", Second);
                    await gate.Task;
                }
            }),
            new() { MailboxCapacity = 1 });
        actor.Tell("go");
        sim.Run();
        Assert.True(actor.Tell("waits"));
        Assert.False(actor.Tell("dropped"));
        sim.Advance(Second);
        gate.SetResult();
        sim.Run();
        Assert.Equal(["go", "ring", "waits"], probe.TakeAll());
    }

    [Fact]
    public async Task Steps_of_the_wall_clock_do_not_move_timers()
    {
        await using var sim = new Simulation();
        var (probe, actor) = SpawnClock(sim);
        Do(sim, actor, c => c.Timers.Start("key", "ring", Second));
        sim.Time.SetUtcNow(sim.Time.GetUtcNow() + TimeSpan.FromHours(1));
        sim.Advance(Second - Millisecond);
        sim.Time.SetUtcNow(sim.Time.GetUtcNow() - TimeSpan.FromHours(2));
        sim.Advance(TimeSpan.Zero);
        probe.ExpectNoMessage();
        sim.Advance(Millisecond);
        Assert.Equal("ring", probe.ExpectMessage());
    }

    [Fact]
    public async Task Timers_of_the_real_clock_fire()
    {
        await using var system = RealSystem.Create();
        var probe = new Probe<string>(system);
        system.Spawn("a", () => new ScriptedActor<string>(
            (_, m) => probe.Tell(m),
            context =>
            {
                context.Timers.Start("later", "later", TimeSpan.FromMilliseconds(30));
                context.Timers.Start("sooner", "sooner", TimeSpan.FromMilliseconds(5));
            }));
        Assert.Equal("sooner", await probe.ExpectMessageAsync());
        Assert.Equal("later", await probe.ExpectMessageAsync());
    }
}
