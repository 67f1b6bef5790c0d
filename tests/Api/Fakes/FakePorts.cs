using MarketManager.Actors.Access;
using MarketManager.Actors.Lists;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Settings;
using MarketManager.Actors.Venues;
using MarketManager.Api.Service;
using MarketManager.Kernel;

namespace MarketManager.Api.Tests.Fakes;

internal sealed class FakeMarkets : IMarketReader
{
    public List<MarketView> All { get; } = [];

    public MarketFilter? LastFilter { get; private set; }

    public Paging? LastPaging { get; private set; }

    public ValueTask<Page<MarketView>> List(MarketFilter filter, Paging paging, CancellationToken cancellationToken)
    {
        (LastFilter, LastPaging) = (filter, paging);
        return ValueTask.FromResult(new Page<MarketView>(All.Count, [.. All.Skip(paging.Offset).Take(paging.Limit!.Value)]));
    }

    public IAsyncEnumerable<MarketView> Stream(MarketFilter filter, Paging paging, CancellationToken cancellationToken)
    {
        (LastFilter, LastPaging) = (filter, paging);
        return All.ToAsyncEnumerable();
    }
}

internal sealed class FakeVenues : IVenueCatalog
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyDictionary<string, VenueInfo> All { get; } = new SortedDictionary<string, VenueInfo>(StringComparer.Ordinal)
    {
        ["binance"] = Venue("binance", "Binance", 50, VenueCapability.Yes),
        ["kraken"] = Venue("kraken", "Kraken", 1000, VenueCapability.Emulated),
        ["luno"] = Venue("luno", "luno", 200, VenueCapability.No),
    };

    public VenueBudgetStatus? BinanceBudget { get; set; }

    public Task Ready => _ready.Task;

    public void BecomeReady() => _ready.TrySetResult();

    public ValueTask<IReadOnlyDictionary<string, VenueBudgetStatus>> Budgets(CancellationToken cancellationToken) =>
        new(BinanceBudget is { } budget ? new Dictionary<string, VenueBudgetStatus> { ["binance"] = budget } : []);

    private static VenueInfo Venue(string id, string name, double rateLimit, VenueCapability tickers) => new(
        id, name, ["JP", "MT"], "https://example.com", null, null, null, rateLimit,
        new Dictionary<string, VenueCapability> { ["fetchTickers"] = tickers, ["fetchMarkets"] = VenueCapability.Yes });
}

internal sealed class FakeKeys : IKeyStore
{
    public List<ApiKey> All { get; } = [];

    public bool Away { get; set; }

    /// <summary>What reading waits for.</summary>
    public Task Held { get; set; } = Task.CompletedTask;

    /// <summary>What happens with each read.</summary>
    public Action OnRead { get; set; } = () => { };

    public int Reads { get; private set; }

    public string Put(Role role)
    {
        var (key, text) = KeySecret.Create(role.ToString(), role, FakeExchanges.Created);
        All.Add(key);
        return text;
    }

    public ValueTask Add(ApiKey key, CancellationToken cancellationToken)
    {
        All.Add(key);
        return ValueTask.CompletedTask;
    }

    public async ValueTask<IReadOnlyList<ApiKey>> List(CancellationToken cancellationToken)
    {
        Reads++;
        OnRead();
        await Held;
        return Away ? throw new StoreUnavailableException("away") : [.. All];
    }

    public ValueTask<bool> Revoke(string id, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var found = All.FindIndex(key => key.Id == id && key.Revoked is null);
        if (found >= 0)
        {
            All[found] = All[found] with { Revoked = at };
        }

        return ValueTask.FromResult(found >= 0);
    }
}

internal sealed class FakeStore : IStoreHealth, IWorkerReport
{
    public bool Ok { get; set; } = true;

    public IReadOnlyList<WorkerStatus> Workers { get; } = [new(4711, "ready", 5, 1, 120_000_000)];

    public ValueTask<StoreHealth> Check(CancellationToken cancellationToken) =>
        ValueTask.FromResult(new StoreHealth("sqlite", "3.40.1", Ok, Ok ? null : "locked"));
}

internal sealed class FakeCheck : IReadinessCheck
{
    public string Name => "storage";

    public Func<ValueTask<string?>> Answer { get; set; } = () => default;

    public ValueTask<string?> Check(CancellationToken cancellationToken) => Answer();
}

/// <summary>A clock that stands still until it is moved. Its timers are the system's: nothing here is timed by them.</summary>
internal sealed class FakeClock : TimeProvider
{
    private long _ticks = FakeExchanges.Created.UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);
}
