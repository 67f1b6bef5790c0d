using MarketManager.Actors.Runs;
using MarketManager.Kernel;
using Xunit;
using static MarketManager.Storage.Tests.Contract.Samples;

namespace MarketManager.Storage.Tests.Contract;

public abstract class JournalContract(Func<StoreUnderTest> create) : StoreContract(create)
{
    [Fact]
    public async Task Events_come_back_in_the_order_of_each_actor()
    {
        await Store.Journal.Append(Append(1, 1, "a", "b"));
        await Store.Journal.Append(Append(2, 1, "x"));
        await Store.Journal.Append(Append(1, 3, "c"));

        Assert.Equal(["1:1 changed.1 a", "1:2 changed.1 b", "1:3 changed.1 c"], await Recorder.Read(Store.Journal, of: 1));
        Assert.Equal(["2:1 changed.1 x"], await Recorder.Read(Store.Journal, of: 2));
    }

    [Fact]
    public async Task Event_comes_back_with_its_very_instant_and_bytes()
    {
        var at = Noon.AddTicks(1_234_567);
        await Store.Journal.Append(new JournalWrite(Actor(1), 1, [Event("""{"name":"ü🌍'\""}""", "named", at), Event(string.Empty)], []));

        var recorder = new Recorder();
        await Store.Journal.Replay(Actor(1), recorder);

        Assert.Equal(["""1:1 named.1 {"name":"ü🌍'\""}""", "1:2 changed.1 "], recorder.Lines);
        Assert.Equal([at, Noon], recorder.Times);
    }

    [Fact]
    public async Task Committed_events_are_there_after_a_restart()
    {
        await Store.Journal.Append(Append(1, 1, "a"));
        await Store.Reopen();

        Assert.Equal(["1:1 changed.1 a"], await Recorder.Read(Store.Journal));
    }

    [Fact]
    public async Task Entities_are_read_apart_from_each_other()
    {
        await Store.Journal.Append(Append(1, 1, "a"));
        await Store.Journal.Append(new JournalWrite(new PersistenceId("adapter", 1), 1, [Event("b")], []));

        Assert.Equal(["1:1 changed.1 a"], await Recorder.Read(Store.Journal));
        Assert.Equal(["1:1 changed.1 b"], await Recorder.Read(Store.Journal, "adapter"));
        Assert.Empty(await Recorder.Read(Store.Journal, "nothing"));
    }

    [Fact]
    public async Task Shards_are_read_apart_from_each_other()
    {
        var other = Enumerable.Range(2, 200).First(id => Shard.Of(id) != Shard.Of(1));
        await Store.Journal.Append(Append(1, 1, "a") with { Snapshot = new JournalSnapshot(1, "a"u8.ToArray()) });
        await Store.Journal.Append(Append(1, 2, "b"));
        await Store.Journal.Append(Append(other, 1, "x") with { Snapshot = new JournalSnapshot(1, "x"u8.ToArray()) });

        var recorder = new Recorder();
        await Store.Journal.Replay("exchange", new HashSet<int> { Shard.Of(1) }, recorder);

        Assert.Equal(["snapshot 1:1 a", "1:2 changed.1 b"], recorder.Lines);
    }

    [Fact]
    public async Task Snapshot_comes_first_and_stands_for_the_events_before_it()
    {
        await Store.Journal.Append(Append(1, 1, "a", "b") with { Snapshot = new JournalSnapshot(2, "ab"u8.ToArray()) });
        await Store.Journal.Append(Append(1, 3, "c"));
        await Store.Journal.Append(Append(2, 1, "x"));

        Assert.Equal(["snapshot 1:2 ab", "1:3 changed.1 c"], await Recorder.Read(Store.Journal, of: 1));
        Assert.Equal(["2:1 changed.1 x"], await Recorder.Read(Store.Journal, of: 2));

        var one = new Recorder();
        await Store.Journal.Replay(Actor(1), one);
        Assert.Equal(["snapshot 1:2 ab", "1:3 changed.1 c"], one.Lines);
    }

    [Fact]
    public async Task Newer_snapshot_replaces_the_older()
    {
        await Store.Journal.Append(Append(1, 1, "a") with { Snapshot = new JournalSnapshot(1, "a"u8.ToArray()) });
        await Store.Journal.Append(Append(1, 2, "b") with { Snapshot = new JournalSnapshot(2, "ab"u8.ToArray()) });

        Assert.Equal(["snapshot 1:2 ab"], await Recorder.Read(Store.Journal));
    }

    [Fact]
    public async Task Taken_sequence_is_a_conflict_and_writes_nothing()
    {
        await Store.Journal.Append(Append(1, 1, "a", "b"));

        var conflict = await Assert.ThrowsAsync<JournalConflictException>(
            async () => await Store.Journal.Append(Append(1, 2, "other") with { Rows = [new RunOpened(Run(1, 1))] }));

        Assert.Equal((Actor(1), 2L), (conflict.Actor, conflict.Sequence));
        Assert.Equal(["1:1 changed.1 a", "1:2 changed.1 b"], await Recorder.Read(Store.Journal));
        Assert.False(await Store.Runs.Any(1, default));
    }

    [Fact]
    public async Task Row_that_breaks_a_rule_takes_its_events_with_it()
    {
        await Store.Write(new RunOpened(Run(1, 1)));

        await Assert.ThrowsAsync<RowConflictException>(
            async () => await Store.Journal.Append(Append(1, 1, "a") with { Rows = [new RunOpened(Run(1, 2))] }));

        Assert.Empty(await Recorder.Read(Store.Journal));
    }

    [Fact]
    public async Task Row_of_an_unknown_type_is_refused()
    {
        await Assert.ThrowsAsync<NotSupportedException>(async () => await Store.Journal.Append(Append(1, 1, "a") with { Rows = ["?"] }));
        Assert.Empty(await Recorder.Read(Store.Journal));
    }

    [Fact]
    public async Task One_bad_write_harms_no_other_of_its_batch()
    {
        await Store.Journal.Append(Append(50, 1, "taken"));

        // Written at once, so that they share transactions; of every ten, one conflicts, and one fails after its event was written.
        var writes = Enumerable.Range(1, 200)
            .Select(i => Store.Journal.Append((i % 10) switch
            {
                0 => Append(50, 1, "late"),
                1 => Append(2000 + i, 1, "half") with { Rows = [new RunClosed(Run(9, i, RunState.Failed))] },
                _ => Append(1000 + i, 1, "fine"),
            }).AsTask())
            .ToList();
        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));

        Assert.Equal(20, writes.Count(write => write.Exception?.InnerException is JournalConflictException));
        Assert.Equal(20, writes.Count(write => write.Exception?.InnerException is RowConflictException));
        Assert.Equal(160, writes.Count(write => write.IsCompletedSuccessfully));
        var lines = await Recorder.Read(Store.Journal);
        Assert.Equal(161, lines.Count);
        Assert.DoesNotContain(lines, line => line.EndsWith("half", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Guarded_writes_at_once_conflict_only_with_each_other()
    {
        var writes = Enumerable.Range(1, 8)
            .Select(i => Store.Journal.Append(Append(i, 1, "created") with
            {
                Rows = [new Actors.Exchanges.ExchangeInserted(Exchange(i, "One name"))],
                Guarded = true,
            }).AsTask())
            .Append(Store.Journal.Append(Append(100, 1, "other")).AsTask())
            .ToList();
        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));

        Assert.Equal(2, writes.Count(write => write.IsCompletedSuccessfully));
        Assert.All(
            writes.Where(write => write.IsFaulted),
            write => Assert.Equal("exchange_name", Assert.IsType<RowConflictException>(write.Exception!.InnerException).Rule));
        Assert.Equal(2, (await Recorder.Read(Store.Journal)).Count);
    }

    [Fact]
    public async Task Many_writers_lose_nothing()
    {
        await Task.WhenAll(Enumerable.Range(1, 50).Select(async actor =>
        {
            for (var sequence = 1; sequence <= 20; sequence++)
            {
                await Store.Journal.Append(Append(actor, sequence, $"{sequence}"));
            }
        }));

        var lines = await Recorder.Read(Store.Journal);
        var expected = Enumerable.Range(1, 50).SelectMany(actor => Enumerable.Range(1, 20).Select(sequence => $"{actor}:{sequence} changed.1 {sequence}"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Healthy_store_says_so()
    {
        var health = await Store.Health.Check(default);

        Assert.True(health.Ok);
        Assert.Null(health.Detail);
        Assert.NotEmpty(health.Version);
    }
}
