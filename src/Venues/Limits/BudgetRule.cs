namespace MarketManager.Venues.Limits;

/// <summary>When the next request may go: by the venue's weights where they are known, else by ccxt's spacing.</summary>
/// <remarks>Pure: no clock, no lock. Instants are time since an origin of the caller's.</remarks>
internal sealed class BudgetRule
{
    private const double LongestSpacing = 86_400_000;

    private readonly double? _weightPerCost;
    private readonly BudgetWindow _window;
    private TimeSpan _free;

    private BudgetRule(double? weightPerCost, double limit)
    {
        _weightPerCost = weightPerCost;
        _window = new BudgetWindow(limit);
    }

    /// <summary>Whether the venue counts weights.</summary>
    public bool Weighted => _weightPerCost is not null;

    /// <summary>Weight per minute; for a venue that announces none, what its spacing amounts to.</summary>
    public double Limit => _window.Limit;

    /// <summary>A window of weights: as much at once as the minute has left.</summary>
    public static BudgetRule Window(double weightPerCost, double limit) => new(weightPerCost, limit);

    /// <summary>A leaky bucket: each unit of cost keeps the next request away for ccxt's <c>rateLimit</c>.</summary>
    /// <param name="rateLimit">Milliseconds per unit of cost.</param>
    public static BudgetRule Spacing(double rateLimit) => new(null, 60_000 / Math.Max(rateLimit, 0.01));

    /// <summary>Weight in the last minute.</summary>
    public double Used(TimeSpan now) => _window.Used(now);

    /// <summary>Whether it is as it was in the beginning: no weight counts, and a request may go at once.</summary>
    public bool IsUntouched(TimeSpan now) => Used(now) == 0 && _free <= now;

    /// <summary>What a request takes of the limit: weight, or units of cost where the venue counts none.</summary>
    public double WeightOf(double cost) => Math.Max(0, cost * (_weightPerCost ?? 1));

    /// <summary>How long a request has to wait; null when the venue would never allow it.</summary>
    public TimeSpan? WaitFor(TimeSpan now, double cost) => _weightPerCost is { } weight
        ? _window.WaitFor(now, cost * weight)
        : _free > now ? _free - now : TimeSpan.Zero;

    /// <summary>Takes what a request costs.</summary>
    public void Take(TimeSpan now, double cost, double rateLimit)
    {
        _window.Add(now, cost * (_weightPerCost ?? 1));
        _free = (_free > now ? _free : now) + TimeSpan.FromMilliseconds(Math.Clamp(cost * rateLimit, 0, LongestSpacing));
    }

    /// <summary>The venue said what it has counted in its current minute.</summary>
    public void Correct(TimeSpan now, double reported)
    {
        if (Weighted)
        {
            _window.Correct(now, reported);
        }
    }

    /// <summary>The venue said what it allows in a minute.</summary>
    public void Announce(double limit)
    {
        if (Weighted && limit > 0)
        {
            _window.Limit = limit;
        }
    }
}
