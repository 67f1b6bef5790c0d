using MarketManager.Actors.Access;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Settings;
using MarketManager.Kernel;

namespace MarketManager.Storage;

/// <summary>Everything that a node keeps, whatever keeps it. Closing it commits what is queued.</summary>
public interface IStore : IAsyncDisposable
{
    /// <summary>Events, snapshots and the rows that belong to them.</summary>
    IJournal Journal { get; }

    /// <summary>Reads exchanges.</summary>
    IExchangeReader Exchanges { get; }

    /// <summary>Reads runs.</summary>
    IRunReader Runs { get; }

    /// <summary>Forgets old runs and events.</summary>
    IRunRetention Retention { get; }

    /// <summary>Reads markets.</summary>
    IMarketReader Markets { get; }

    /// <summary>Answers to requests with an idempotency key.</summary>
    IIdempotencyStore Answers { get; }

    /// <summary>API keys.</summary>
    IKeyStore Keys { get; }

    /// <summary>Small values.</summary>
    ISettingStore Settings { get; }

    /// <summary>Whether the store works.</summary>
    IStoreHealth Health { get; }
}
