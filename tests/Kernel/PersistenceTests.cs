using MarketManager.TestKit;
using Command = MarketManager.Kernel.Tests.Account.Command;

namespace MarketManager.Kernel.Tests;

public sealed class PersistenceTests
{
    private static (Probe<string> Probe, ActorRef<Command> Actor) Spawn(
        Simulation sim, TestJournal journal, Recovered<int>? recovered = null, bool catches = true, int snapshotEvery = 100)
    {
        var probe = new Probe<string>(sim.System);
        var actor = sim.System.Spawn(
            "account",
            () => new Account(journal, probe, recovered, catches, snapshotEvery),
            new() { Supervision = Strategies.RestartAtOnce });
        sim.Run();
        return (probe, actor);
    }

    private static void Tell(Simulation sim, ActorRef<Command> actor, params Command[] commands)
    {
        foreach (var command in commands)
        {
            actor.Tell(command);
        }

        sim.Run();
    }

    [Fact]
    public async Task State_and_sequence_move_on_only_after_the_commit_and_other_messages_wait()
    {
        await using var sim = new Simulation();
        var journal = new TestJournal();
        var (probe, actor) = Spawn(sim, journal);
        Assert.Equal("start 0@0", probe.ExpectMessage());

        journal.Hold();
        Tell(sim, actor, new Command.Add(1, 2), new Command.Look());
        Assert.Equal(1, journal.Held);
        probe.ExpectNoMessage();

        journal.Release();
        sim.Run();
        Assert.Equal(["3@2", "3@2"], probe.TakeAll());
        Assert.Equal([1L, 2L], journal.EventsOf(Account.Account1).Select(e => e.Sequence));
    }

    [Fact]
    public async Task Rows_are_made_from_the_state_and_sequence_after_the_events()
    {
        await using var sim = new Simulation();
        var journal = new TestJournal();
        var (_, actor) = Spawn(sim, journal);
        Tell(sim, actor, new Command.Add(1), new Command.AddWithRows(4));
        Assert.Equal(["row 5@2"], journal.Rows);
        Assert.True(journal.Commits[1].Guarded);
    }

    [Theory]
    [InlineData(JournalFault.Full, nameof(StoreFullException))]
    [InlineData(JournalFault.Unavailable, nameof(StoreUnavailableException))]
    public async Task A_write_that_failed_leaves_the_state_and_the_actor_goes_on(JournalFault fault, string exception)
    {
        await using var sim = new Simulation();
        var journal = new TestJournal();
        var (probe, actor) = Spawn(sim, journal);
        journal.FailNext(fault);
        Tell(sim, actor, new Command.Add(1), new Command.Add(2));
        Assert.Equal(["start 0@0", $"{exception} 0@0", "2@1"], probe.TakeAll());
    }

    [Fact]
    public async Task A_row_that_breaks_a_rule_leaves_the_state()
    {
        await using var sim = new Simulation();
        var journal = new TestJournal { Rule = write => write.Rows.Count > 0 ? new RowConflictException("name") : null };
        var (probe, actor) = Spawn(sim, journal);
        Tell(sim, actor, new Command.AddWithRows(1), new Command.Look());
        Assert.Equal(["start 0@0", "RowConflictException 0@0", "0@0"], probe.TakeAll());
    }

    [Theory]
    [InlineData(JournalFault.UnknownButCommitted, "start 1@1")]
    [InlineData(JournalFault.UnknownNotCommitted, "start 0@0")]
    public async Task An_unknown_outcome_restarts_the_actor_which_reads_what_was_written(JournalFault fault, string restarted)
    {
        await using var sim = new Simulation();
        var journal = new TestJournal();
        var (probe, actor) = Spawn(sim, journal);
        journal.FailNext(fault);
        Tell(sim, actor, new Command.Add(1));
        Assert.Equal(["start 0@0", "StoreUnavailableException 0@0", restarted], probe.TakeAll());
    }

    [Fact]
    public async Task A_restart_while_the_store_is_away_reads_as_soon_as_it_is_back_however_long_that_was()
    {
        await using var sim = new Simulation();
        var journal = new TestJournal();
        var (probe, actor) = Spawn(sim, journal);
        journal.FailNext(JournalFault.UnknownButCommitted);
        journal.IsUnreadable = true;
        Tell(sim, actor, new Command.Add(1), new Command.Look());
        sim.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(["start 0@0", "StoreUnavailableException 0@0"], probe.TakeAll());

        journal.IsUnreadable = false;
        sim.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(["start 1@1", "1@1"], probe.TakeAll());
    }

    [Fact]
    public async Task Actor_that_waits_for_the_store_can_be_stopped()
    {
        await using var sim = new Simulation();
        var (probe, actor) = Spawn(sim, new TestJournal { IsUnreadable = true });
        await sim.Completion(sim.System.Stop(actor));
        Assert.Empty(probe.TakeAll());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_conflict_stops_the_actor_whatever_its_handler_and_its_supervision_say(bool catches)
    {
        await using var sim = new Simulation();
        var journal = new TestJournal();
        var (probe, actor) = Spawn(sim, journal, catches: catches);
        await journal.Append(new JournalWrite(Account.Account1, 1, [Account.Codec.Encode(new(5))], []));
        Tell(sim, actor, new Command.Add(1), new Command.Look());
        Assert.True(actor.IsStopped);
        Assert.Equal(catches ? ["start 0@0", "JournalConflictException 0@0"] : ["start 0@0"], probe.TakeAll());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_writer_that_was_replaced_stops_and_is_never_restarted(bool catches)
    {
        foreach (var lost in new Fence?[] { new Fence("gather", 7, 3), null })
        {
            await using var sim = new Simulation();
            var journal = new TestJournal { Rule = _ => new FencedException(lost) };
            var (probe, actor) = Spawn(sim, journal, catches: catches);
            Tell(sim, actor, new Command.Add(1), new Command.Look());
            sim.Advance(TimeSpan.FromMinutes(1));
            Assert.True(actor.IsStopped);
            Assert.Equal(catches ? ["start 0@0", "FencedException 0@0"] : ["start 0@0"], probe.TakeAll());
            Assert.Empty(journal.Commits);
        }
    }

    [Fact]
    public async Task A_restart_reads_the_state_again_before_it_starts()
    {
        await using var sim = new Simulation();
        var journal = new TestJournal();
        var (probe, actor) = Spawn(sim, journal, new Recovered<int>(0, 0));
        Tell(sim, actor, new Command.Add(1, 2, 3), new Command.Fail());
        Assert.Equal(["start 0@0", "6@3", "start 6@3"], probe.TakeAll());
    }

    [Fact]
    public async Task A_recovered_state_is_taken_without_reading_and_none_is_read_from_the_journal()
    {
        await using var sim = new Simulation();
        var journal = new TestJournal();
        await journal.Append(new JournalWrite(Account.Account1, 1, [Account.Codec.Encode(new(5))], []));
        var (given, actor) = Spawn(sim, journal, new Recovered<int>(42, 7));
        Assert.Equal("start 42@7", given.ExpectMessage());
        await sim.Completion(sim.System.Stop(actor));
        var (read, _) = Spawn(sim, journal);
        Assert.Equal("start 5@1", read.ExpectMessage());
    }

    [Fact]
    public async Task A_snapshot_goes_along_with_the_write_that_reaches_a_multiple()
    {
        await using var sim = new Simulation();
        var journal = new TestJournal();
        var (probe, actor) = Spawn(sim, journal, snapshotEvery: 3);
        Tell(sim, actor, new Command.Add(1), new Command.Add(1), new Command.Add(1, 1), new Command.Add(1), new Command.Add(1));
        Assert.Equal([null, null, 4L, null, 6L], journal.Commits.Select(write => write.Snapshot?.Sequence));

        Tell(sim, actor, new Command.Add(1), new Command.Fail());
        Assert.Equal("start 7@7", probe.TakeAll()[^1]);
    }

    [Fact]
    public async Task Nothing_to_write_writes_nothing()
    {
        await using var sim = new Simulation();
        var journal = new TestJournal();
        var (probe, actor) = Spawn(sim, journal);
        Tell(sim, actor, new Command.Add());
        Assert.Equal(["start 0@0", "0@0"], probe.TakeAll());
        Assert.Empty(journal.Commits);
    }
}
