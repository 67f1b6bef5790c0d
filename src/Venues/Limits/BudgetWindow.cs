namespace MarketManager.Venues.Limits;

/// <summary>Weight granted in the last minute, in buckets of one second.</summary>
/// <remarks>A bucket counts until no instant of it lies within the last 60 s, hence 61 of them: whatever minute the venue
/// counts by, it never sees more than the limit. Instants are time since an origin of the caller's, and never step back.</remarks>
internal sealed class BudgetWindow(double limit)
{
    private const int Buckets = 61;

    private readonly double[] _weights = new double[Buckets];
    private long _second;

    /// <summary>Weight per minute.</summary>
    public double Limit { get; set; } = limit;

    /// <summary>Weight that still counts at <paramref name="now"/>.</summary>
    public double Used(TimeSpan now)
    {
        Advance(now);
        var sum = 0d;
        foreach (var weight in _weights)
        {
            sum += weight;
        }

        return sum;
    }

    /// <summary>Counts what was granted.</summary>
    public void Add(TimeSpan now, double weight)
    {
        Advance(now);
        _weights[_second % Buckets] += weight;
    }

    /// <summary>Counts what others used from the same address, as far as the venue saw more than was granted here.</summary>
    /// <param name="now">When the venue said so.</param>
    /// <param name="reported">What it has counted in its current minute.</param>
    public void Correct(TimeSpan now, double reported)
    {
        var missing = reported - Used(now);
        if (missing > 0)
        {
            Add(now, missing);
        }
    }

    /// <summary>How long until <paramref name="weight"/> fits; zero when it does now, null when it never will.</summary>
    public TimeSpan? WaitFor(TimeSpan now, double weight)
    {
        if (weight > Limit)
        {
            return null;
        }

        var excess = Used(now) + weight - Limit;
        for (var age = Buckets - 1; excess > 0; age--)
        {
            excess -= Bucket(age);
            if (excess <= 0)
            {
                return TimeSpan.FromSeconds(_second - age + Buckets) - now;
            }

            if (age == 0)
            {
                return TimeSpan.FromSeconds(_second + Buckets) - now; // only rounding is left
            }
        }

        return TimeSpan.Zero;
    }

    private double Bucket(int age) => _second < age ? 0 : _weights[(_second - age) % Buckets];

    private void Advance(TimeSpan now)
    {
        var second = (long)now.TotalSeconds;
        for (var passed = Math.Min(second - _second, Buckets); passed > 0; passed--)
        {
            _weights[(second - passed + 1) % Buckets] = 0;
        }

        _second = Math.Max(_second, second);
    }
}
