using MarketManager.TestKit;

namespace MarketManager.Kernel.Tests;

public sealed class MailboxTests
{
    private sealed record Numbered(int Sender, int Number);

    [Fact]
    public async Task Messages_of_one_sender_arrive_in_order_while_others_send()
    {
        await using var system = RealSystem.Create();
        var probe = new Probe<Numbered>(system);
        var actor = system.Spawn("a", () => new ScriptedActor<Numbered>((_, m) => probe.Tell(m)), new() { MailboxCapacity = int.MaxValue });

        await Task.WhenAll(Enumerable.Range(0, 4).Select(sender => Task.Run(() =>
        {
            for (var i = 0; i < 5000; i++)
            {
                actor.Tell(new Numbered(sender, i));
            }
        })));

        var next = new int[4];
        for (var i = 0; i < 20_000; i++)
        {
            var message = await probe.ExpectMessageAsync();
            Assert.Equal(next[message.Sender]++, message.Number);
        }
    }

    [Fact]
    public async Task A_full_mailbox_drops_the_new_message_and_says_so()
    {
        await using var sim = new Simulation();
        var probe = new Probe<int>(sim.System);
        var actor = sim.System.Spawn("a", () => new ScriptedActor<int>((_, m) => probe.Tell(m)), new() { MailboxCapacity = 2 });

        Assert.True(actor.Tell(1));
        Assert.True(actor.Tell(2));
        Assert.False(actor.Tell(3));
        sim.Run();
        Assert.Equal([1, 2], probe.TakeAll());

        Assert.True(actor.Tell(4));
        sim.Run();
        Assert.Equal([4], probe.TakeAll());
    }

    [Fact]
    public async Task A_dropped_message_is_counted_as_a_dead_letter_by_reason()
    {
        await using var sim = new Simulation(name: "dead letters");
        using var counts = new MeterCounts("MarketManager.Kernel");
        var actor = sim.System.Spawn("a", () => new ScriptedActor<int>((_, _) => { }), new() { MailboxCapacity = 1 });
        actor.Tell(1);
        actor.Tell(2);
        await sim.Completion(sim.System.Stop(actor));
        actor.Tell(3);

        Assert.Equal(1, counts["kernel.dead_letters", "full", sim.System.Name]);
        Assert.Equal(2, counts["kernel.dead_letters", "stopped", sim.System.Name]); // the stop overtook the first message
    }

    [Fact]
    public async Task Many_senders_never_exceed_the_capacity_and_nothing_accepted_is_lost()
    {
        await using var system = RealSystem.Create();
        var gate = new TaskCompletionSource();
        var handled = new Probe<int>(system);
        var actor = system.Spawn(
            "a",
            () => new ScriptedActor<int>(async (_, m) =>
            {
                await gate.Task;
                handled.Tell(m);
            }),
            new() { MailboxCapacity = 100 });

        var accepted = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                if (actor.Tell(i))
                {
                    Interlocked.Increment(ref accepted);
                }
            }
        })));
        gate.SetResult();

        for (var i = 0; i < accepted; i++)
        {
            await handled.ExpectMessageAsync();
        }

        await system.Stop(actor);
        Assert.InRange(accepted, 1, 101); // one may have been taken already
        handled.ExpectNoMessage();
    }

    [Fact]
    public void A_mailbox_counts_what_waits()
    {
        var mailbox = new Mailbox<string>(3);
        Assert.True(mailbox.IsEmpty);
        Assert.True(mailbox.TryAdd("a"));
        Assert.True(mailbox.TryAdd("b"));
        Assert.Equal(2, mailbox.Count);
        Assert.True(mailbox.TryTake(out var first, out _));
        Assert.Equal("a", first);
        Assert.Equal(1, mailbox.Count);
        Assert.True(mailbox.TryTake(out _, out _));
        Assert.False(mailbox.TryTake(out _, out _));
        Assert.True(mailbox.IsEmpty);
    }
}
