using System.Collections.Concurrent;
using MarketManager.Actors.Lists;
using MarketManager.Actors.Runs;

namespace MarketManager.Api.Tests.Fakes;

/// <summary>Runs in memory; each ends when the test says so.</summary>
internal sealed class FakeRuns : IRunReader
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<RunView?>> _ends = new();

    public ConcurrentDictionary<Guid, RunView> All { get; } = new();

    public RunFilter? LastFilter { get; private set; }

    public Paging? LastPaging { get; private set; }

    /// <summary>Set while somebody waits for a run to end.</summary>
    public TaskCompletionSource Awaited { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RunView Start(long exchange)
    {
        var id = Guid.Parse($"01990000-0000-7000-8000-{All.Count:d12}");
        _ends[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return All[id] = new RunView(
            id, exchange, All.Count + 1, RunTrigger.Demand, null, null, null, FakeExchanges.Created, RunState.Running,
            FakeExchanges.Created, null, 1, null, null, "node-1", null);
    }

    public RunView End(Guid id)
    {
        var ended = All[id] with
        {
            State = RunState.Failed,
            Ended = FakeExchanges.Created.AddMilliseconds(1500),
            Error = new RunError(ErrorKinds.Network, "no way, \"none\"", FakeExchanges.Created),
        };
        All[id] = ended;
        _ends[id].TrySetResult(ended);
        return ended;
    }

    /// <summary>Lets whoever waits run out of patience.</summary>
    public void GiveUp(Guid id) => _ends[id].TrySetResult(null);

    public async Task<RunView?> Ended(Guid id, CancellationToken stop)
    {
        Awaited.TrySetResult();
        return await _ends[id].Task.WaitAsync(stop);
    }

    public ValueTask<Page<RunView>> List(RunFilter filter, Paging paging, CancellationToken cancellationToken)
    {
        (LastFilter, LastPaging) = (filter, paging);
        var matching = All.Values.Where(run => run.Exchange == filter.Exchange).OrderByDescending(run => run.RunId).ToList();
        return ValueTask.FromResult(new Page<RunView>(matching.Count, [.. matching.Skip(paging.Offset).Take(paging.Limit!.Value)]));
    }

    public IAsyncEnumerable<RunView> Stream(RunFilter filter, Paging paging, CancellationToken cancellationToken)
    {
        (LastFilter, LastPaging) = (filter, paging);
        return All.Values.Where(run => run.Exchange == filter.Exchange).ToAsyncEnumerable();
    }

    public ValueTask<RunView?> Find(long exchange, Guid runId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(All.TryGetValue(runId, out var run) && run.Exchange == exchange ? run : null);

    public ValueTask<bool> Any(long exchange, CancellationToken cancellationToken) =>
        ValueTask.FromResult(All.Values.Any(run => run.Exchange == exchange));

    public ValueTask<RunCounts> CountSince(DateTimeOffset since, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new RunCounts(60, 20, 7, 3));
}
