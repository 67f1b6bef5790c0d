namespace MarketManager.Api.Service;

/// <summary>One series: a value, or the buckets of a histogram.</summary>
internal sealed class MetricSeries(double[] buckets)
{
    private readonly Lock _gate = new();
    private readonly long[] _counts = new long[buckets.Length + 1];
    private double _value;

    /// <summary>The collection that last observed it.</summary>
    public int Collection { get; private set; }

    /// <summary>The value, or a histogram's sum.</summary>
    public double Value
    {
        get
        {
            lock (_gate)
            {
                return _value;
            }
        }
    }

    /// <summary>A histogram's counts, one per bucket (not cumulative), infinity last; and the sum of what was counted.</summary>
    public (long[] Counts, double Sum) Read()
    {
        lock (_gate)
        {
            return ([.. _counts], _value);
        }
    }

    /// <summary>Adds to the value.</summary>
    public void Add(double value)
    {
        lock (_gate)
        {
            _value += value;
        }
    }

    /// <summary>Replaces the value.</summary>
    public void Set(double value, int collection)
    {
        lock (_gate)
        {
            (_value, Collection) = (value, collection);
        }
    }

    /// <summary>Counts a value in its bucket.</summary>
    public void Observe(double value)
    {
        var bucket = 0;
        while (bucket < buckets.Length && value > buckets[bucket])
        {
            bucket++;
        }

        lock (_gate)
        {
            _counts[bucket]++;
            _value += value;
        }
    }
}
