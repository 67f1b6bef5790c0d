using MarketManager.Actors.Venues;
using MarketManager.Kernel;
using MarketManager.Venues.Limits;
using Microsoft.Extensions.Logging;

namespace MarketManager.Venues.Ccxt;

/// <summary>Everything that ccxt brings: a source of markets, the list of venues, and the workers behind them.</summary>
public sealed class CcxtVenues : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CcxtWorkerPool _pool;
    private readonly VenueMeter _meter;
    private readonly Task _loading;

    private CcxtVenues(CcxtOptions options, World world, ILogger logger, Func<Uri?> simulator, ClusterBudgets? cluster)
    {
        var budgets = new VenueBudgets(world.Time, cluster);
        _meter = new VenueMeter(budgets, world.Time);
        _pool = new CcxtWorkerPool(options, world, _meter, logger);
        var catalog = new CcxtCatalog(_pool, budgets, world, logger);
        Source = new CcxtMarketSource(_pool, budgets, _meter, simulator);
        Catalog = catalog;
        _loading = catalog.Load(_stopping.Token);
    }

    /// <summary>Gathers markets and tickers.</summary>
    public IMarketSource Source { get; }

    /// <summary>The venues there are, <c>sim</c> among them.</summary>
    public IVenueCatalog Catalog { get; }

    /// <summary>Shows the worker processes.</summary>
    public IWorkerReport Workers => _pool;

    /// <summary>Starts the workers; they get ready on their own.</summary>
    /// <param name="options">How they are run.</param>
    /// <param name="world">Time.</param>
    /// <param name="loggers">Logs.</param>
    /// <param name="simulator">Where the simulator is; null when there is none. Asked at every gather of <c>sim</c>.</param>
    /// <param name="cluster">With whom budgets are shared; null: with nobody.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is to be no worker, or no time.</exception>
    public static CcxtVenues Start(
        CcxtOptions options, World world, ILoggerFactory loggers, Func<Uri?> simulator, ClusterBudgets? cluster = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Workers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Heartbeat, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Lease, 2 * options.Heartbeat);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Patience, 2 * options.Heartbeat);
        return new CcxtVenues(options, world, loggers.CreateLogger("MarketManager.Venues.Ccxt"), simulator, cluster);
    }

    /// <summary>The node is being stopped: from now on a worker that hangs is killed within some three heartbeats, so that the runs that
    /// wait for it end in time.</summary>
    public void Hurry() => _pool.Hurry();

    /// <summary>Kills the workers and waits until they are gone; gathers that were going fail as worker_lost.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _pool.DisposeAsync();
        try
        {
            await _loading;
        }
        catch (OperationCanceledException)
        {
            // It was stopped before it had the list.
        }

        _meter.Dispose();
        _stopping.Dispose();
    }
}
