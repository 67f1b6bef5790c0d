using MarketManager.TestKit;

namespace MarketManager.Kernel.Tests;

public sealed class RecoveryTests
{
    private static JournalWrite Write(long id, long first, params int[] amounts) =>
        new(new("account", id), first, [.. amounts.Select(amount => Account.Codec.Encode(new(amount)))], []);

    private static ValueTask<Dictionary<long, Recovered<int>>> All(TestJournal journal, ICollection<RecoveryFailure>? failures = null) =>
        Recovery.All(journal, "account", 0, Account.Codec, static (int state, Account.Added e) => state + e.Amount, failures: failures);

    [Fact]
    public async Task States_are_folded_from_snapshots_and_the_events_after_them()
    {
        var journal = new TestJournal();
        await journal.Append(Write(1, 1, 1, 2));
        await journal.Append(Write(2, 1, 10));
        await journal.Append(Write(1, 3, 3) with { Snapshot = new(3, Account.Codec.EncodeState(6)) });
        await journal.Append(Write(1, 4, 4));
        await journal.Append(Write(1, 1, 99) with { Actor = new("other", 1) });

        var states = await All(journal);
        Assert.Equal(2, states.Count);
        Assert.Equal(new Recovered<int>(10, 4), states[1]);
        Assert.Equal(new Recovered<int>(10, 1), states[2]);
    }

    [Fact]
    public async Task A_gap_fails_that_actor_and_the_others_recover()
    {
        var journal = new TestJournal();
        await journal.Append(Write(1, 1, 1, 2, 3));
        await journal.Append(Write(2, 1, 10));
        journal.Lose(new("account", 1), 2);

        var failures = new List<RecoveryFailure>();
        var states = await All(journal, failures);
        Assert.Equal([2L], states.Keys);
        var failure = Assert.Single(failures);
        Assert.Equal(1, failure.Id);
        Assert.Equal("account-1 cannot be recovered: event 3 follows 1", failure.Reason.Message);
    }

    [Fact]
    public async Task A_failure_is_thrown_where_nobody_collects_it()
    {
        var journal = new TestJournal();
        await journal.Append(Write(1, 1, 1, 2));
        journal.Lose(new("account", 1), 1);
        await Assert.ThrowsAsync<RecoveryException>(async () => await All(journal));
    }

    [Fact]
    public async Task An_unknown_event_and_an_unreadable_snapshot_fail_their_actors()
    {
        var journal = new TestJournal();
        await journal.Append(Write(1, 1, 1) with { Events = [new JournalEvent("burnt", 2, default, default)] });
        await journal.Append(Write(2, 1, 1) with { Snapshot = new(1, "x"u8.ToArray()) });
        await journal.Append(Write(3, 1, 7));

        var failures = new List<RecoveryFailure>();
        var states = await All(journal, failures);
        Assert.Equal([3L], states.Keys);
        Assert.Equal([1L, 2L], failures.Select(f => f.Id).Order());
        Assert.IsType<UnknownEventException>(failures.Single(f => f.Id == 1).Reason.InnerException);
    }

    [Fact]
    public async Task One_actor_without_events_is_empty_at_sequence_0()
    {
        var one = await Recovery.One(
            new TestJournal(), new("account", 9), 0, Account.Codec, static (int state, Account.Added e) => state + e.Amount);
        Assert.Equal(new Recovered<int>(0, 0), one);
    }
}
