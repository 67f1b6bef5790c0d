using MarketManager.Actors.Runs;
using MarketManager.Actors.Venues;
using MarketManager.Simulator;
using MarketManager.Venues.Tests.Support;

namespace MarketManager.Venues.Tests.Ccxt;

/// <summary>A venue whose answer is more than V8 can hold.</summary>
public class WorkerMemoryTests
{
    private const int MemoryMegabytes = 300; // of which V8 may have 225

    /// <summary>V8 collects for seconds before it gives up, which a short lease would take for a hang.</summary>
    private static readonly TimeSpan LongerThanCollecting = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_worker_that_runs_out_of_memory_is_replaced_and_the_other_is_not_touched()
    {
        await using var simulator = await SimulatorServer.Start(new SimulatorOptions { Symbols = 20 }, TimeProvider.System);
        var (markets, tickers) = await Answers(simulator.Address);
        var flood = Flood();
        var asked = 0;
        await using var venue = await FakeVenue.Start(path => path switch
        {
            SimulatorControl.Markets => Interlocked.Increment(ref asked) == 2 ? flood : markets,
            SimulatorControl.Tickers => tickers,
            _ => null,
        });
        await using var venues = TestVenues.Start(
            TestVenues.Options with { Workers = 2, MemoryMegabytes = MemoryMegabytes, Lease = LongerThanCollecting, Patience = LongerThanCollecting }, new Uri(venue.Address));
        var (first, second) = (await venues.NextPid(0), await venues.NextPid(1));

        Assert.Equal(20, (await venues.GatherSim()).Tickers.Count); // lives in the first worker
        var error = await Assert.ThrowsAsync<VenueException>(() => venues.GatherSim("""{"markets":{"max_symbols":7}}"""));

        Assert.Equal(ErrorKinds.WorkerLost, error.Kind);
        Assert.EndsWith("heap out of memory)", error.Message, StringComparison.Ordinal);
        await venues.NextPid(1, before: second);
        Assert.Equal(20, (await venues.GatherSim("""{"markets":{"max_symbols":7}}""")).Tickers.Count);
        Assert.Equal(20, (await venues.GatherSim()).Tickers.Count);
        Assert.Equal((first, 0L, 1L), (venues.Workers.Workers[0].Pid, venues.Workers.Workers[0].Restarts, venues.Workers.Workers[1].Restarts));
    }

    /// <summary>21 MB on the wire, about 280 MB once they are objects.</summary>
    private static string Flood() => $"[{string.Join(',', Enumerable.Repeat("[]", 7_000_000))}]";

    private static async Task<(string Markets, string Tickers)> Answers(Uri simulator)
    {
        using var http = new HttpClient { BaseAddress = simulator };
        return (await http.GetStringAsync(SimulatorControl.Markets), await http.GetStringAsync(SimulatorControl.Tickers));
    }
}
