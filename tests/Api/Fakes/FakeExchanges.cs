using System.Globalization;
using MarketManager.Actors;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Lists;
using MarketManager.Actors.Runs;

namespace MarketManager.Api.Tests.Fakes;

/// <summary>Exchanges in memory: gateway and read model in one. Decides only as much as the API has to translate.</summary>
internal sealed class FakeExchanges(FakeRuns runs) : IExchangeGateway, IExchangeReader
{
    public static readonly DateTimeOffset Created = DateTimeOffset.Parse("2026-01-02T03:04:05.678Z", CultureInfo.InvariantCulture);

    public Dictionary<long, ExchangeView> All { get; } = [];

    /// <summary>What the next command is answered with instead of being carried out.</summary>
    public Rejection? NextRejection { get; set; }

    /// <summary>What the next call throws.</summary>
    public Exception? NextFailure { get; set; }

    /// <summary>What counting waits for.</summary>
    public Task Held { get; set; } = Task.CompletedTask;

    public List<IdempotencyKey?> Keys { get; } = [];

    public List<long?> ExpectedVersions { get; } = [];

    public ExchangeFilter? LastFilter { get; private set; }

    public Paging? LastPaging { get; private set; }

    public int StreamFailsAfter { get; set; } = int.MaxValue;

    public NewExchange? LastDraft { get; private set; }

    public ExchangeChange? LastChange { get; private set; }

    public bool Paused { get; private set; }

    public ExchangeView Add(string name)
    {
        var id = All.Count + 1;
        return All[id] = new ExchangeView(
            id, Tenant.Default, name, name.ToLowerInvariant(), name.ToLowerInvariant(), true, 60, null, "https://example.com/?a=1&b=2", null,
            """{"max_run":30}""", 1234.50m, "USDT-ETH", 0.10m, Created, Created, null, false,
            new ExchangeStatus(ExchangeCondition.Idle, null, null, null, Created.AddSeconds(60), null, 0, null, "node-1"), 3, 7);
    }

    public ValueTask<Answer<ExchangeView>> Create(NewExchange draft, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        Keys.Add(key);
        LastDraft = draft;
        return ValueTask.FromResult(Refused() ?? new Answer<ExchangeView>(Add(draft.Name)));
    }

    public ValueTask<Answer<ExchangeView>> Get(long id, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Refused() ?? Find(id));

    public ValueTask<Answer<ExchangeView>> Change(long id, ExchangeChange change, long? expectedVersion, CancellationToken cancellationToken)
    {
        LastChange = change;
        ExpectedVersions.Add(expectedVersion);
        return ValueTask.FromResult(Refused() ?? Guarded(id, expectedVersion));
    }

    public ValueTask<Answer<ExchangeView>> Delete(long id, long? expectedVersion, CancellationToken cancellationToken)
    {
        ExpectedVersions.Add(expectedVersion);
        var answer = Refused() ?? Guarded(id, expectedVersion);
        if (answer.Value is not null)
        {
            All.Remove(id);
        }

        return ValueTask.FromResult(answer);
    }

    public ValueTask<Answer<RunView>> Run(long id, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        Keys.Add(key);
        var why = Refused()?.Why ?? Find(id).Why;
        return ValueTask.FromResult<Answer<RunView>>(why is null ? runs.Start(id) : why);
    }

    public async ValueTask<RunView?> WhenEnded(long id, Guid runId, TimeSpan patience, CancellationToken cancellationToken) =>
        await runs.Ended(runId, cancellationToken);

    public ValueTask<Rejection?> SetPaused(bool paused, CancellationToken cancellationToken)
    {
        var why = Refused()?.Why;
        Paused = why is null ? paused : Paused;
        return ValueTask.FromResult(why);
    }

    public ValueTask<Page<ExchangeView>> List(ExchangeFilter filter, Paging paging, CancellationToken cancellationToken)
    {
        Refused();
        (LastFilter, LastPaging) = (filter, paging);
        return ValueTask.FromResult(new Page<ExchangeView>(All.Count, [.. All.Values.Skip(paging.Offset).Take(paging.Limit!.Value)]));
    }

    public async IAsyncEnumerable<ExchangeView> Stream(
        ExchangeFilter filter, Paging paging, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Refused();
        (LastFilter, LastPaging) = (filter, paging);
        await Task.Yield();
        var sent = 0;
        foreach (var exchange in All.Values.Skip(paging.Offset))
        {
            if (sent++ == StreamFailsAfter)
            {
                throw new InvalidOperationException("the reader broke");
            }

            yield return exchange;
        }
    }

    public async ValueTask<ExchangeCounts> Count(CancellationToken cancellationToken)
    {
        Refused();
        await Held.WaitAsync(cancellationToken);
        return new ExchangeCounts(All.Count, All.Count, 1, 2, 3);
    }

    public ValueTask<IReadOnlyList<string>> SlugsLike(string slug, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<long> NextId(CancellationToken cancellationToken) => throw new NotSupportedException();

    private Answer<ExchangeView> Find(long id) => All.TryGetValue(id, out var exchange)
        ? exchange
        : new Rejection(RejectionKind.NotFound, $"there is no exchange {id}");

    private Answer<ExchangeView> Guarded(long id, long? expected) => Find(id) is { Value: { } exchange } && expected is { } version && exchange.Version != version
        ? new Rejection(RejectionKind.Stale, $"the version is {exchange.Version}")
        : Find(id);

    private Answer<ExchangeView>? Refused()
    {
        if (NextFailure is { } failure)
        {
            NextFailure = null;
            throw failure;
        }

        var why = NextRejection;
        NextRejection = null;
        return why is null ? default(Answer<ExchangeView>?) : new Answer<ExchangeView>(why);
    }
}
