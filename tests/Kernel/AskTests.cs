using MarketManager.TestKit;

namespace MarketManager.Kernel.Tests;

public sealed class AskTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private sealed record Question(string Text, ReplyTo<string> ReplyTo);

    private static ScriptedActor<Question> Echo() => new((_, q) => q.ReplyTo.Send(q.Text));

    [Fact]
    public async Task An_ask_gets_the_reply()
    {
        await using var sim = new Simulation();
        var actor = sim.System.Spawn("a", Echo);
        Assert.Equal("hello", await sim.Result(actor.Ask<string>(reply => new("hello", reply), Second)));
    }

    [Fact]
    public async Task An_ask_with_state_gets_the_reply()
    {
        await using var sim = new Simulation();
        var actor = sim.System.Spawn("a", Echo);
        Assert.Equal("hello", await sim.Result(actor.Ask<string, string>("hello", static (text, reply) => new(text, reply), Second)));
    }

    [Fact]
    public async Task An_ask_without_a_reply_times_out_at_its_time_and_ignores_the_late_reply()
    {
        await using var sim = new Simulation();
        Question? asked = null;
        var actor = sim.System.Spawn("a", () => new ScriptedActor<Question>((_, q) => asked = q));
        var ask = actor.Ask<string>(reply => new("?", reply), Second).AsTask();

        sim.Advance(Second - TimeSpan.FromMilliseconds(1));
        Assert.False(ask.IsCompleted);
        Assert.False(asked!.ReplyTo.IsSettled);
        sim.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(ask.IsCompleted);
        Assert.True(asked.ReplyTo.IsSettled);
        await Assert.ThrowsAsync<AskTimeoutException>(() => ask);
        asked.ReplyTo.Send("late");
    }

    [Fact]
    public async Task An_ask_of_a_full_mailbox_throws_at_once()
    {
        await using var sim = new Simulation();
        var actor = sim.System.Spawn("a", Echo, new() { MailboxCapacity = 1 });
        var first = actor.Ask<string>(reply => new("1", reply), Second);
        var second = actor.Ask<string>(reply => new("2", reply), Second);

        await Assert.ThrowsAsync<MailboxFullException>(() => sim.Result(second));
        Assert.Equal("1", await sim.Result(first));
    }

    [Fact]
    public async Task An_ask_of_a_stopped_actor_throws_at_once()
    {
        await using var sim = new Simulation();
        var actor = sim.System.Spawn("a", Echo);
        await sim.Completion(sim.System.Stop(actor));
        await Assert.ThrowsAsync<ActorStoppedException>(() => sim.Result(actor.Ask<string>(reply => new("?", reply), Second)));
    }

    [Fact]
    public async Task An_ask_that_waits_in_the_mailbox_throws_when_the_actor_stops()
    {
        await using var sim = new Simulation();
        var actor = sim.System.Spawn("a", () => new ScriptedActor<Question>((context, _) => context.StopSelf()));
        actor.Tell(new Question("stop", null!));
        var ask = actor.Ask<string>(reply => new("?", reply), Second);
        await Assert.ThrowsAsync<ActorStoppedException>(() => sim.Result(ask));
    }

    [Fact]
    public async Task An_ask_whose_handler_throws_gets_the_exception()
    {
        await using var sim = new Simulation();
        var actor = sim.System.Spawn("a", () => new ScriptedActor<Question>((_, _) => throw new FormatException("no")));
        var e = await Assert.ThrowsAsync<FormatException>(() => sim.Result(actor.Ask<string>(reply => new("?", reply), Second)));
        Assert.Equal("no", e.Message);
    }

    [Fact]
    public async Task A_failed_reply_is_thrown_and_the_first_of_two_replies_wins()
    {
        await using var sim = new Simulation();
        var actor = sim.System.Spawn("a", () => new ScriptedActor<Question>((_, q) =>
        {
            q.ReplyTo.Fail(new FormatException());
            q.ReplyTo.Send("second");
        }));
        await Assert.ThrowsAsync<FormatException>(() => sim.Result(actor.Ask<string>(reply => new("?", reply), Second)));
    }

    [Fact]
    public async Task A_cancelled_ask_ends_and_the_message_is_still_handled()
    {
        await using var sim = new Simulation();
        var handled = new Probe<string>(sim.System);
        var actor = sim.System.Spawn("a", () => new ScriptedActor<Question>((_, q) => handled.Tell(q.Text)));
        using var cancellation = new CancellationTokenSource();
        var ask = actor.Ask<string>(reply => new("x", reply), Second, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        sim.Run();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ask);
        Assert.Equal("x", handled.ExpectMessage());
    }

    [Fact]
    public async Task An_actor_that_asks_goes_on_in_its_own_turn()
    {
        await using var sim = new Simulation();
        var probe = new Probe<string>(sim.System);
        var echo = sim.System.Spawn("echo", Echo);
        var asker = sim.System.Spawn("asker", () => new ScriptedActor<string>(async (context, text) =>
        {
            var turn = SynchronizationContext.Current;
            var reply = await echo.Ask<string>(to => new(text, to), Second);
            Assert.Same(turn, SynchronizationContext.Current);
            probe.Tell(reply);
        }));
        asker.Tell("1");
        asker.Tell("2");
        sim.Run();
        Assert.Equal(["1", "2"], probe.TakeAll());
    }

    [Fact]
    public async Task Asks_from_many_threads_all_get_their_own_reply()
    {
        await using var system = RealSystem.Create();
        var actor = system.Spawn("a", Echo);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                var text = $"{caller}-{i}";
                Assert.Equal(text, await actor.Ask<string>(reply => new(text, reply), TimeSpan.FromSeconds(30)));
            }
        })));
    }
}
