using System.Diagnostics.Metrics;
using MarketManager.TestKit;
using MarketManager.Venues.Ccxt;
using MarketManager.Venues.Limits;

namespace MarketManager.Venues.Tests.Ccxt;

public class VenueMeterTests
{
    [Fact]
    public void Gathers_rejected_values_and_budgets_are_measured_by_venue()
    {
        const string Venue = "measured"; // of this test only: other tests measure at the same time
        var time = new ManualTime();
        var budgets = new VenueBudgets(time);
        using var meter = new VenueMeter(budgets, time);
        var seen = new SortedDictionary<string, double>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "MarketManager.Venues")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => See(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => See(instrument, value, tags));
        listener.Start();

        meter.Gathered(Venue, "network");
        meter.Rejected(Venue, 7);
        var budget = budgets.Of(new BudgetKey(Venue, ""));
        _ = budget.Acquire(RequestPriority.Polling, "", 3, 100, default);
        budget.Observe("", 429, null, TimeSpan.FromSeconds(9));
        listener.RecordObservableInstruments();

        Assert.Equal(
            [("budget.blocked", 9d), ("budget.limit", 600d), ("budget.used", 3d), ("gathers network", 1d), ("values.rejected", 7d)],
            seen.Select(pair => (pair.Key, pair.Value)));

        void See(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.Length > 0 && Equals(tags[0].Value, Venue))
            {
                seen[tags.Length > 1 ? $"{instrument.Name} {tags[1].Value}" : instrument.Name] = value;
            }
        }
    }

    [Fact]
    public void Restarts_are_counted_from_zero_on()
    {
        var time = new ManualTime();
        using var meter = new VenueMeter(new VenueBudgets(time), time);
        var seen = new List<long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "worker.restarts" && ReferenceEquals(instrument.Meter, meter.Meter))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => seen.Add(value));
        listener.Start();

        listener.RecordObservableInstruments();
        meter.Restarted();
        listener.RecordObservableInstruments();

        Assert.Equal([0L, 1L], seen);
    }
}
