using System.Text.Json;
using MarketManager.Actors.Venues;
using MarketManager.Kernel;
using MarketManager.Venues.Limits;
using Microsoft.Extensions.Logging;

namespace MarketManager.Venues.Ccxt;

/// <summary>All of ccxt's venues, and the simulator's; asked of a worker once.</summary>
internal sealed class CcxtCatalog(CcxtWorkerPool pool, VenueBudgets budgets, World world, ILogger logger) : IVenueCatalog
{
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SortedDictionary<string, VenueInfo> _all = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, VenueInfo> All => Volatile.Read(ref _all);

    /// <inheritdoc/>
    public Task Ready => _ready.Task;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, VenueBudgetStatus>> Budgets(CancellationToken cancellationToken) =>
        budgets.Status(venue => All.GetValueOrDefault(venue)?.RateLimit, cancellationToken);

    /// <summary>Asks the workers, one after the other, until one has told.</summary>
    public async Task Load(CancellationToken stopping)
    {
        for (var attempt = 0; !_ready.Task.IsCompleted; attempt++)
        {
            try
            {
                var process = await pool.Any(attempt).Process(stopping);
                var venues = await process.Call("describe", null, Read, null, stopping);
                Volatile.Write(ref _all, venues);
                _ready.TrySetResult();
            }
            catch (VenueException error)
            {
                WorkerLog.CatalogFailed(logger, error.Message);
                await Task.Delay(TryAgainAfter, world.Time, stopping);
            }
        }
    }

    private static SortedDictionary<string, VenueInfo> Read(ReadOnlySpan<byte> json)
    {
        var venues = JsonSerializer.Deserialize(json, WorkerJson.Default.ListVenueDescription)!.Select(InfoOf).ToDictionary(venue => venue.Id);
        venues[SimulatorVenue.Id] = SimulatorVenue.Describe(venues["binance"]);
        return new SortedDictionary<string, VenueInfo>(venues, StringComparer.Ordinal);
    }

    private static VenueInfo InfoOf(VenueDescription venue) => new(
        venue.Id,
        venue.Name,
        venue.Countries,
        venue.Url,
        venue.ApiUrl,
        venue.Logo,
        venue.Doc,
        venue.RateLimit,
        venue.Has.ToDictionary(pair => pair.Key, pair => CapabilityOf(pair.Value)));

    private static VenueCapability CapabilityOf(JsonElement how) => how.ValueKind switch
    {
        JsonValueKind.True => VenueCapability.Yes,
        JsonValueKind.String when how.ValueEquals("emulated") => VenueCapability.Emulated,
        _ => VenueCapability.No,
    };
}
