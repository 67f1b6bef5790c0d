using System.Diagnostics.Metrics;
using MarketManager.Actors;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Lists;
using MarketManager.Kernel;

namespace MarketManager.Host.Composition;

/// <summary>Counts exchanges for those who watch: how many there are in which condition, and how many have had no success
/// for three intervals.</summary>
/// <remarks>Looks at the read model every 15 s; no request to <c>/metrics</c> costs a query.</remarks>
/// <param name="exchanges">Where they are read.</param>
/// <param name="gateway">Knows whether all are paused.</param>
/// <param name="world">The clock.</param>
internal sealed class ExchangeWatch(IExchangeReader exchanges, IExchangeGateway gateway, World world)
{
    private const int MissedIntervals = 3;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);
    private static readonly ExchangeFilter All = new(Tenant.Default, null, null, null, null);

    private Sample _last = new(new ExchangeCounts(0, 0, 0, 0, 0), 0);

    /// <summary>Goes on until it is cancelled.</summary>
    public async Task Run(CancellationToken stopping)
    {
        using var meter = new Meter("MarketManager.Exchanges");
        meter.CreateObservableGauge("total", () => _last.Counts.Total, null, "Exchanges");
        meter.CreateObservableGauge("enabled", () => _last.Counts.Enabled, null, "Exchanges whose timer is on");
        meter.CreateObservableGauge("running", () => _last.Counts.Running, null, "Exchanges with a run going");
        meter.CreateObservableGauge("stale", () => _last.Counts.Stale, null, "Exchanges whose last run ended stale");
        meter.CreateObservableGauge("failing", () => _last.Counts.Failing, null, "Exchanges of which three or more runs in a row did not succeed");
        meter.CreateObservableGauge("overdue", () => _last.Overdue, null, "Enabled exchanges without a success for three intervals");
        using var timer = new PeriodicTimer(Every, world.Time);
        try
        {
            do
            {
                await Look(stopping);
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The node leaves.
        }
    }

    /// <summary>Whether an exchange has had no success for three of its intervals, since it was last changed at the earliest.</summary>
    internal static bool IsOverdue(ExchangeView exchange, DateTimeOffset now)
    {
        var since = exchange.LastUpdate is { } success && success > exchange.Updated ? success : exchange.Updated;
        return exchange.Enabled && now - since > MissedIntervals * TimeSpan.FromSeconds(exchange.Interval);
    }

    private async Task Look(CancellationToken stopping)
    {
        try
        {
            var counts = await exchanges.Count(stopping);
            var overdue = 0L;
            if (!gateway.Paused)
            {
                await foreach (var exchange in exchanges.Stream(All, new Paging(null, 0, []), stopping))
                {
                    overdue += IsOverdue(exchange, world.Now) ? 1 : 0;
                }
            }

            _last = new Sample(counts, overdue);
        }
        catch (StoreException)
        {
            // The store's own metrics tell; the last sample stays.
        }
    }

    private sealed record Sample(ExchangeCounts Counts, long Overdue);
}
