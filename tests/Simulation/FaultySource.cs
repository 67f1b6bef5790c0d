using MarketManager.Actors.Runs;
using MarketManager.Actors.Tests.Harness;
using MarketManager.Actors.Venues;

namespace MarketManager.Simulation.Tests;

/// <summary>Venues that are slow, fail, hang, crash whoever asks, and do not believe at once that nobody waits any more.</summary>
/// <remarks>It also is a witness: of two requests at a time for one feed, and of a request that no running run stands behind.</remarks>
/// <param name="store">Knows which runs are kept as running.</param>
/// <param name="weather">How bad it is.</param>
/// <param name="time">The asker's clock.</param>
/// <param name="isSure">Whether nobody can have taken the asker's exchanges over; null: there is nobody else. Who is not sure may ask
/// for a run that somebody else has ended: requests of a paused node cannot be recalled.</param>
internal sealed class FaultySource(FakeStore store, Weather weather, TimeProvider time, Func<bool>? isSure = null) : IMarketSource
{
    private static readonly string[] Kinds =
    [
        ErrorKinds.Network, ErrorKinds.RateLimited, ErrorKinds.VenueUnavailable, ErrorKinds.WorkerLost, ErrorKinds.BadRequest,
        ErrorKinds.Authentication,
    ];

    private readonly HashSet<MarketFeedKey> _underWay = [];
    private int _life;

    /// <summary>What must not have happened, and did.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>The process died, and its workers with it.</summary>
    public void Die()
    {
        _life++;
        _underWay.Clear();
    }

    public async Task<VenueMarkets> Gather(MarketFeedKey feed, CancellationToken cancellationToken)
    {
        if (!_underWay.Add(feed))
        {
            Violations.Add($"{feed} was asked for twice at a time");
        }

        if (isSure?.Invoke() is not false
            && !store.Tables.Runs.Values.Any(run => run.State is RunState.Running && VenueOf(run.Exchange) == feed.Venue))
        {
            Violations.Add($"{feed} was asked for, but no run that is kept as running wants it");
        }

        var life = _life;
        try
        {
            await Latency(cancellationToken);
            return weather.Strikes(0.25) ? throw Failure() : FakePass.Markets;
        }
        finally
        {
            if (cancellationToken.IsCancellationRequested && weather.Strikes(0.5))
            {
                await Task.Delay(TimeSpan.FromSeconds(weather.Pick(45)), time, CancellationToken.None);
            }

            if (life == _life)
            {
                _underWay.Remove(feed);
            }
        }
    }

    private Task Latency(CancellationToken cancellationToken) => weather.Strikes(0.04)
        ? Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken)
        : Task.Delay(TimeSpan.FromMilliseconds(weather.Strikes(0.1) ? weather.Pick(25_000) : weather.Pick(800)), time, cancellationToken);

    private Exception Failure() => weather.Pick(4) == 0
        ? new InvalidOperationException("a defect of the simulation")
        : new VenueException(
            weather.Pick<string>(Kinds),
            "the venue of the simulation failed",
            weather.Pick(3) == 0 ? TimeSpan.FromSeconds(weather.Pick(40)) : null);

    private string? VenueOf(long exchange) => store.Tables.Exchanges.GetValueOrDefault(exchange)?.Venue;
}
