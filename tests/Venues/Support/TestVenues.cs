using MarketManager.Actors.Venues;
using MarketManager.Kernel;
using MarketManager.Venues.Ccxt;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Venues.Tests.Support;

/// <summary>Starts workers for a test.</summary>
internal static class TestVenues
{
    /// <summary>Patient with a slow machine; tests of silence shorten the lease.</summary>
    public static CcxtOptions Options => new() { WorkerScript = Repository.WorkerScript, Workers = 1 };

    /// <summary>Starts workers in the real world.</summary>
    public static CcxtVenues Start(CcxtOptions? options = null, Uri? simulator = null) =>
        CcxtVenues.Start(options ?? Options, World.Real(), NullLoggerFactory.Instance, () => simulator);

    /// <summary>Gathers from the simulator, or says what went wrong.</summary>
    public static Task<VenueMarkets> GatherSim(this CcxtVenues venues, string options = "{}", CancellationToken cancellationToken = default) =>
        venues.Source.Gather(new MarketFeedKey("sim", options), cancellationToken);

    /// <summary>Waits until a worker is ready with another pid than before, and returns it.</summary>
    public static async Task<int> NextPid(this CcxtVenues venues, int index = 0, int? before = null, TimeSpan? within = null)
    {
        await Eventually.Holds(
            $"worker {index} is ready again",
            () => venues.Workers.Workers[index] is { State: "ready", Pid: { } pid } && pid != before,
            within);
        return venues.Workers.Workers[index].Pid!.Value;
    }
}
