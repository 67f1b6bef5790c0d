using MarketManager.Actors.Lists;
using MarketManager.Actors.Runs;
using MarketManager.Kernel;
using Xunit;
using static MarketManager.Storage.Tests.Contract.Samples;

namespace MarketManager.Storage.Tests.Contract;

public abstract class RunContract(Func<StoreUnderTest> create) : StoreContract(create)
{
    private static readonly RunFilter OfOne = new(1, null, null, null, null);

    [Fact]
    public async Task Run_comes_back_as_it_was_written()
    {
        var crashed = Run(1, 1, RunState.Crashed);
        var recovery = Run(1, 2) with { Trigger = RunTrigger.Recovery, Generation = null, Slot = null, Recovers = crashed.RunId };
        await Store.Write(new RunOpened(crashed), new RunOpened(recovery));
        await Store.Reopen();

        Assert.Equal(crashed, await Store.Runs.Find(1, crashed.RunId, default));
        Assert.Equal(recovery, await Store.Runs.Find(1, recovery.RunId, default));
    }

    [Theory]
    [InlineData(RunState.Succeeded)]
    [InlineData(RunState.Failed)]
    [InlineData(RunState.Stale)]
    [InlineData(RunState.Cancelled)]
    public async Task Run_ends_once(RunState outcome)
    {
        var ended = Run(1, 1, outcome) with { Attempts = 3, CoversFrom = 0 };
        await Store.Write(new RunOpened(Run(1, 1) with { CoversFrom = 0 }));
        await Store.Write(new RunClosed(ended));

        Assert.Equal(ended, await Store.Runs.Find(1, ended.RunId, default));
        Assert.Equal("run_closed", await Rule(new RunClosed(ended)));
    }

    [Fact]
    public async Task Ending_what_never_began_is_refused() =>
        Assert.Equal("run_closed", await Rule(new RunClosed(Run(1, 1, RunState.Failed))));

    [Fact]
    public async Task Second_running_run_is_refused()
    {
        await Store.Write(new RunOpened(Run(1, 1)), new RunOpened(Run(2, 1)));

        Assert.Equal("run_running", await Rule(new RunOpened(Run(1, 2))));
    }

    [Fact]
    public async Task Slot_is_started_once()
    {
        await Store.Write(new RunOpened(Run(1, 1, RunState.Crashed)));

        Assert.Equal("run_slot", await Rule(new RunOpened(Run(1, 2) with { Slot = 1 })));
        await Store.Write(new RunOpened(Run(1, 2) with { Slot = 1, Generation = 2 }));
    }

    [Fact]
    public async Task Run_is_recovered_once()
    {
        var crashed = Run(1, 1, RunState.Crashed);
        await Store.Write(new RunOpened(crashed), new RunOpened(Run(1, 2, RunState.Crashed) with { Recovers = crashed.RunId }));

        Assert.Equal("run_recovers", await Rule(new RunOpened(Run(1, 3) with { Recovers = crashed.RunId })));
    }

    [Fact]
    public async Task Run_of_another_exchange_is_not_found()
    {
        await Store.Write(new RunOpened(Run(1, 1)));

        Assert.Null(await Store.Runs.Find(2, Run(1, 1).RunId, default));
        Assert.True(await Store.Runs.Any(1, default));
        Assert.False(await Store.Runs.Any(2, default));
    }

    [Fact]
    public async Task Runs_are_listed_newest_first()
    {
        await Store.Write([.. Enumerable.Range(1, 12).Select(i => new RunOpened(Run(1, i, RunState.Succeeded))), new RunOpened(Run(2, 1))]);

        var page = await Store.Runs.List(OfOne, new Paging(3, 1, []), default);

        Assert.Equal(12, page.Count);
        Assert.Equal([11L, 10, 9], page.Items.Select(run => run.Number));
    }

    [Fact]
    public async Task Filters_combine_and_the_end_of_a_stretch_is_not_in_it()
    {
        await Store.Write(
            new RunOpened(Run(1, 1, RunState.Succeeded)),
            new RunOpened(Run(1, 2, RunState.Failed)),
            new RunOpened(Run(1, 3, RunState.Failed) with { Trigger = RunTrigger.Demand, Generation = null, Slot = null }),
            new RunOpened(Run(1, 4)));

        Assert.Equal([3L, 2], await Numbers(OfOne with { State = RunState.Failed }));
        Assert.Equal([3L], await Numbers(OfOne with { State = RunState.Failed, Trigger = RunTrigger.Demand }));
        Assert.Equal([3L, 2], await Numbers(OfOne with { From = Noon.AddSeconds(2), To = Noon.AddSeconds(4) }));
        Assert.Empty(await Numbers(OfOne with { Exchange = 9 }));
    }

    [Fact]
    public async Task Duration_orders_with_the_running_last()
    {
        await Store.Write(
            new RunOpened(Run(1, 1, RunState.Succeeded) with { Ended = Noon.AddSeconds(3) }),
            new RunOpened(Run(1, 2, RunState.Succeeded)),
            new RunOpened(Run(1, 3)));

        Assert.Equal([2L, 1, 3], await Numbers(OfOne, new OrderBy("duration_ms", false)));
        Assert.Equal([1L, 2, 3], await Numbers(OfOne, new OrderBy("duration_ms", true)));
    }

    [Fact]
    public async Task Every_order_field_orders()
    {
        await Store.Write(new RunOpened(Run(1, 1, RunState.Succeeded)), new RunOpened(Run(1, 2)));
        foreach (var field in IRunReader.OrderFields)
        {
            Assert.Equal(2, (await Numbers(OfOne, new OrderBy(field, true))).Count);
        }
    }

    [Fact]
    public async Task Stream_gives_all_that_match()
    {
        await Store.Write([.. Enumerable.Range(1, 300).Select(i => new RunOpened(Run(1, i, RunState.Succeeded)))]);

        var numbers = new List<long>();
        await foreach (var run in Store.Runs.Stream(OfOne, new Paging(null, 0, []), default))
        {
            numbers.Add(run.Number);
        }

        Assert.Equal(Enumerable.Range(1, 300).Reverse().Select(i => (long)i), numbers);
    }

    [Fact]
    public async Task Outcomes_are_counted_since_an_instant()
    {
        await Store.Write(
            new RunOpened(Run(1, 1, RunState.Failed)), new RunOpened(Run(1, 2, RunState.Succeeded)), new RunOpened(Run(1, 3, RunState.Crashed)),
            new RunOpened(Run(1, 4, RunState.Stale)), new RunOpened(Run(2, 5, RunState.Succeeded)), new RunOpened(Run(1, 6)));

        Assert.Equal(new RunCounts(2, 0, 1, 1), await Store.Runs.CountSince(Noon.AddSeconds(2), default));
    }

    [Fact]
    public async Task Pruning_keeps_the_newest_and_whatever_is_running()
    {
        await Store.Write([.. Enumerable.Range(1, 600).Select(i => new RunOpened(Run(1, i, RunState.Succeeded))), new RunOpened(Run(1, 601))]);
        await Store.Write(new RunOpened(Run(2, 1)), new RunOpened(Run(2, 2, RunState.Failed)), new RunOpened(Run(2, 3, RunState.Failed)));

        var pruned = await Store.Retention.Prune(2, Noon.AddSeconds(-1), default);

        Assert.Equal(599, pruned);
        Assert.Equal([601L, 600], await Numbers(OfOne));
        Assert.Equal([3L, 2, 1], await Numbers(OfOne with { Exchange = 2 }));
    }

    [Fact]
    public async Task Pruning_removes_what_ended_before()
    {
        await Store.Write([.. Enumerable.Range(1, 10).Select(i => new RunOpened(Run(1, i, RunState.Succeeded)))]);

        Assert.Equal(4, await Store.Retention.Prune(1000, Noon.AddSeconds(5), default));
        Assert.Equal([10L, 9, 8, 7, 6, 5], await Numbers(OfOne));
    }

    [Fact]
    public async Task Pruning_removes_events_that_a_snapshot_contains_and_no_other()
    {
        await Store.Journal.Append(Append(1, 1, "a", "b") with { Snapshot = new JournalSnapshot(2, "ab"u8.ToArray()) });
        await Store.Journal.Append(Append(1, 3, "c"));
        await Store.Journal.Append(Append(2, 1, "x"));

        await Store.Retention.Prune(1, Noon, default);

        Assert.Equal(["snapshot 1:2 ab", "1:3 changed.1 c"], await Recorder.Read(Store.Journal, of: 1));
        Assert.Equal(["2:1 changed.1 x"], await Recorder.Read(Store.Journal, of: 2));
        await Store.Journal.Append(Append(1, 1, "free again"));
        Assert.Equal(3, (await Recorder.Read(Store.Journal)).Count);
    }

    private async Task<string> Rule(object row) => (await Assert.ThrowsAsync<RowConflictException>(async () => await Store.Write(row))).Rule;

    private async Task<List<long>> Numbers(RunFilter filter, params OrderBy[] order) =>
        [.. (await Store.Runs.List(filter, new Paging(100, 0, order), default)).Items.Select(run => run.Number)];
}
