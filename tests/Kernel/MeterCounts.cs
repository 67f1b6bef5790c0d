using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace MarketManager.Kernel.Tests;

/// <summary>Adds up what the counters of a meter say, by instrument, first tag and system.</summary>
internal sealed class MeterCounts : IDisposable
{
    private readonly ConcurrentDictionary<(string Instrument, string Tag, string System), long> _counts = new();
    private readonly MeterListener _listener = new();

    public MeterCounts(string meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == meter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public long this[string instrument, string tag, string system] => _counts.GetValueOrDefault((instrument, tag, system));

    public void Observe() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var system = instrument.Meter.Tags?.FirstOrDefault(tag => tag.Key == "system").Value as string ?? "";
        var tag = tags.Length > 0 ? tags[0].Value as string ?? "" : "";
        _counts.AddOrUpdate((instrument.Name, tag, system), value, (_, sum) => sum + value);
    }
}
