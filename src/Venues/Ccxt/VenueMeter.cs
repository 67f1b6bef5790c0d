using System.Diagnostics.Metrics;
using MarketManager.Actors.Venues;
using MarketManager.Venues.Limits;

namespace MarketManager.Venues.Ccxt;

/// <summary>What is measured of workers, gathers and budgets.</summary>
internal sealed class VenueMeter : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "MarketManager.Venues";

    private readonly Counter<long> _gathers;
    private readonly Counter<long> _rejected;
    private long _restarts;

    public VenueMeter(VenueBudgets budgets, TimeProvider time)
    {
        // Observed, so that it is there from 0 on: an increase from nothing is none to an alert rule.
        Meter.CreateObservableCounter(
            "worker.restarts", () => Interlocked.Read(ref _restarts), description: "Worker processes that had to be started again");
        _gathers = Meter.CreateCounter<long>("gathers", description: "Gathering passes, by venue and outcome");
        _rejected = Meter.CreateCounter<long>("values.rejected", description: "Values from venues that were no decimals");
        Meter.CreateObservableGauge("budget.limit", () => Each(budgets, status => status.Limit), "{weight}", "Weight per minute");
        Meter.CreateObservableGauge("budget.used", () => Each(budgets, status => status.Used), "{weight}", "Weight in the last minute");
        Meter.CreateObservableGauge(
            "budget.blocked",
            () => Each(budgets, status => status.BlockedUntil is { } until ? Math.Max(0, (until - time.GetUtcNow()).TotalSeconds) : 0),
            "s",
            "How long the venue still wants to be left alone");
    }

    /// <summary>Where all of it is measured.</summary>
    public Meter Meter { get; } = new(Name);

    /// <summary>A worker is started again.</summary>
    public void Restarted() => Interlocked.Increment(ref _restarts);

    /// <summary>A gather has ended.</summary>
    /// <param name="venue">Where.</param>
    /// <param name="outcome">succeeded, cancelled or a kind of error.</param>
    public void Gathered(string venue, string outcome) =>
        _gathers.Add(1, new("venue", venue), new("outcome", outcome));

    /// <summary>Values were no decimals.</summary>
    public void Rejected(string venue, int count) => _rejected.Add(count, new KeyValuePair<string, object?>("venue", venue));

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    private static IEnumerable<Measurement<double>> Each(VenueBudgets budgets, Func<VenueBudgetStatus, double> value) => budgets.All()
        .GroupBy(budget => budget.Venue)
        .Select(venue => new Measurement<double>(
            venue.Max(budget => value(budget.Status)), new KeyValuePair<string, object?>("venue", venue.Key)));
}
