using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Lists;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Settings;
using MarketManager.Kernel;
using MarketManager.TestKit;

namespace MarketManager.Actors.Tests.Harness;

/// <summary>A store in memory: a journal that fails on demand, and read models that follow it. It outlives processes.</summary>
internal sealed class FakeStore : IExchangeReader, IRunReader, IIdempotencyStore, ISettingStore
{
    private readonly Dictionary<string, string> _settings = [];

    public FakeStore() => Journal = new TestJournal { Rule = Tables.Commit };

    public TestJournal Journal { get; }

    public Tables Tables { get; } = new();

    /// <summary>True: ids and settings cannot be had.</summary>
    public bool IsAway { get; set; }

    /// <summary>The id that was given out last.</summary>
    public long LastId { get; private set; }

    /// <summary>The domain's events of one exchange.</summary>
    public IReadOnlyList<DomainEvent> EventsOf(long exchange)
    {
        var codec = new DomainCodec();
        return
        [
            .. from entry in Journal.EventsOf(new PersistenceId(ExchangeActor.Entity, exchange))
               let e = entry.Event
               select codec.Decode(e.Kind, e.Version, e.At, e.Data.Span),
        ];
    }

    /// <summary>The runs of one exchange, oldest first.</summary>
    public IReadOnlyList<RunView> RunsOf(long exchange) =>
        [.. Tables.Runs.Values.Where(run => run.Exchange == exchange).OrderBy(run => run.Number)];

    public ValueTask<IReadOnlyList<string>> SlugsLike(string slug, CancellationToken cancellationToken) =>
        new([.. Tables.Exchanges.Values.Select(x => x.Slug).Where(s => s == slug || s.StartsWith(slug + "-", StringComparison.Ordinal))]);

    public ValueTask<long> NextId(CancellationToken cancellationToken)
    {
        ThrowIfAway();
        return new(++LastId);
    }

    public ValueTask<RunView?> Find(long exchange, Guid runId, CancellationToken cancellationToken) =>
        new(Tables.Runs.TryGetValue(runId, out var run) && run.Exchange == exchange ? run : null);

    public ValueTask<bool> Any(long exchange, CancellationToken cancellationToken) => new(RunsOf(exchange).Count > 0);

    /// <summary>So many look for an answer before it is there, as if what brings it were committed just then.</summary>
    public int LooksTooEarly { get; set; }

    public ValueTask<AnswerKept?> Find(IdempotencyKey key, DateTimeOffset notBefore, CancellationToken cancellationToken) =>
        LooksTooEarly-- > 0 ? default : new(Tables.Answers.TryGetValue((key.Caller, key.Route, key.Key), out var kept) && kept.At >= notBefore ? kept : null);

    public ValueTask<string?> Read(string key, CancellationToken cancellationToken) => new(_settings.GetValueOrDefault(key));

    public ValueTask Write(string key, string? value, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        if (value is null)
        {
            _settings.Remove(key);
        }
        else
        {
            _settings[key] = value;
        }

        return default;
    }

    public ValueTask Forget(DateTimeOffset before, CancellationToken cancellationToken) => throw NotAsked();

    public ValueTask<Page<ExchangeView>> List(ExchangeFilter filter, Paging paging, CancellationToken cancellationToken) => throw NotAsked();

    public IAsyncEnumerable<ExchangeView> Stream(ExchangeFilter filter, Paging paging, CancellationToken cancellationToken) => throw NotAsked();

    public ValueTask<ExchangeCounts> Count(CancellationToken cancellationToken) => throw NotAsked();

    public ValueTask<Page<RunView>> List(RunFilter filter, Paging paging, CancellationToken cancellationToken) => throw NotAsked();

    public IAsyncEnumerable<RunView> Stream(RunFilter filter, Paging paging, CancellationToken cancellationToken) => throw NotAsked();

    public ValueTask<RunCounts> CountSince(DateTimeOffset since, CancellationToken cancellationToken) => throw NotAsked();

    private void ThrowIfAway()
    {
        if (IsAway)
        {
            throw new StoreUnavailableException("the store of the test is away");
        }
    }

    private static NotSupportedException NotAsked() => new("the actors ask nothing of this kind");
}
