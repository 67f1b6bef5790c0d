using MarketManager.Actors.Access;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Settings;
using MarketManager.Kernel;
using Xunit;

namespace MarketManager.Storage.Tests.Contract;

/// <summary>A store as its contract sees it.</summary>
public abstract class StoreUnderTest : IAsyncDisposable
{
    public abstract IJournal Journal { get; }

    public abstract IExchangeReader Exchanges { get; }

    public abstract IRunReader Runs { get; }

    public abstract IRunRetention Retention { get; }

    public abstract IMarketReader Markets { get; }

    public abstract IIdempotencyStore Answers { get; }

    public abstract IKeyStore Keys { get; }

    public abstract ISettingStore Settings { get; }

    public abstract IStoreHealth Health { get; }

    /// <summary>Opens the store, empty; called once, before anything else.</summary>
    public virtual ValueTask Open() => ValueTask.CompletedTask;

    /// <summary>Closes the store and opens it again on the same data.</summary>
    public abstract ValueTask Reopen();

    public abstract ValueTask DisposeAsync();

    /// <summary>Commits rows without events.</summary>
    public ValueTask Write(params object[] rows) => Journal.Append(new JournalWrite(new PersistenceId("exchange", 1), 1, [], rows));
}

/// <summary>A part of the contract that every store passes; each test has a store of its own, empty.</summary>
public abstract class StoreContract(Func<StoreUnderTest> create) : IAsyncLifetime
{
    protected StoreUnderTest Store { get; } = create();

    public Task InitializeAsync() => Store.Open().AsTask();

    public Task DisposeAsync() => Store.DisposeAsync().AsTask();
}
