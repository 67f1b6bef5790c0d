using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace MarketManager.Api.Service;

/// <summary>Listens to every meter of the product and keeps what Prometheus will ask for.</summary>
/// <remarks>At most <see cref="MaxSeries"/> series per instrument; a measurement that would begin one more is dropped, so
/// that a label with endless values cannot fill the memory.</remarks>
internal sealed class MetricsListener : IDisposable
{
    public const int MaxSeries = 5_000;

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, MetricFamily> _families = new();
    private readonly Lock _collecting = new();
    private int _collection;

    /// <summary>Starts listening.</summary>
    public MetricsListener()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("MarketManager", StringComparison.Ordinal))
            {
                var family = _families.GetOrAdd(instrument, static of => new MetricFamily(of, MaxSeries));
                listener.EnableMeasurementEvents(instrument, family);
            }
        };
        _listener.MeasurementsCompleted = (instrument, _) => _families.TryRemove(instrument, out MetricFamily? _);
        _listener.SetMeasurementEventCallback<double>((_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, family) => Record(family, (double)value, tags));
        _listener.Start();
    }

    /// <summary>Asks the observable instruments and answers all families, by name.</summary>
    public IReadOnlyList<MetricFamily> Collect()
    {
        lock (_collecting)
        {
            _collection++;
            foreach (var family in _families.Values)
            {
                family.Collection = _collection;
            }

            _listener.RecordObservableInstruments();
            return [.. _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal)];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static void Record(object? family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((MetricFamily?)family)?.Record(value, tags);
}
