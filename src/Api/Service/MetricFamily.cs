using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace MarketManager.Api.Service;

/// <summary>What Prometheus calls the types of metrics.</summary>
internal enum MetricType
{
    /// <summary>Only rises.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Counts by size.</summary>
    Histogram,
}

/// <summary>The series of one instrument.</summary>
internal sealed class MetricFamily
{
    // From a memory read to a run that takes its time; in the unit of the instrument, which is seconds.
    private static readonly double[] SecondsBuckets =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

    private static readonly double[] MillisecondsBuckets = [.. SecondsBuckets.Select(seconds => seconds * 1000)];
    private static readonly double[] CountBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000];

    private readonly ConcurrentDictionary<TagSet, MetricSeries> _series = new(TagSet.Comparer);
    private readonly ConcurrentDictionary<TagSet, MetricSeries>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _byTags;
    private readonly bool _adds;
    private readonly int _maxSeries;

    /// <summary>Prepares for an instrument.</summary>
    public MetricFamily(Instrument instrument, int maxSeries)
    {
        var kind = instrument.GetType().GetGenericTypeDefinition();
        Type = kind == typeof(Histogram<>) ? MetricType.Histogram
            : kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>) ? MetricType.Counter
            : MetricType.Gauge;
        _adds = kind == typeof(Counter<>) || kind == typeof(UpDownCounter<>);
        IsObserved = instrument.IsObservable;
        Name = MetricName.Of(instrument, Type);
        Help = instrument.Description ?? instrument.Name;
        Buckets = Type == MetricType.Histogram ? BucketsOf(instrument) : [];
        _byTags = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        _maxSeries = maxSeries;
    }

    /// <summary>In Prometheus' form.</summary>
    public string Name { get; }

    /// <summary>For people.</summary>
    public string Help { get; }

    /// <summary>In Prometheus' words.</summary>
    public MetricType Type { get; }

    /// <summary>Upper bounds of a histogram's buckets, rising, without infinity.</summary>
    public double[] Buckets { get; }

    /// <summary>Counts the collections: a series that was not observed in the last one is gone.</summary>
    public int Collection { get; set; }

    /// <summary>True where values are asked for rather than told.</summary>
    public bool IsObserved { get; }

    /// <summary>The series to show.</summary>
    public IEnumerable<KeyValuePair<TagSet, MetricSeries>> Series =>
        IsObserved ? _series.Where(series => series.Value.Collection == Collection) : _series;

    /// <summary>Takes a measurement.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!_byTags.TryGetValue(tags, out var series))
        {
            if (_series.Count >= _maxSeries)
            {
                return;
            }

            series = _series.GetOrAdd(TagSet.Of(tags), _ => new MetricSeries(Buckets));
        }

        if (Type == MetricType.Histogram)
        {
            series.Observe(value);
        }
        else if (_adds)
        {
            series.Add(value);
        }
        else
        {
            series.Set(value, Collection);
        }
    }

    private static double[] BucketsOf(Instrument instrument)
    {
        var advised = instrument switch
        {
            Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => bounds.ToArray(),
            Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
            Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
            _ => null,
        };
        return advised ?? instrument.Unit switch
        {
            "s" => SecondsBuckets,
            "ms" => MillisecondsBuckets,
            _ => CountBuckets,
        };
    }
}
