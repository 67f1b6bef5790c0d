using MarketManager.Actors.Venues;

namespace MarketManager.Venues.Limits;

/// <summary>All budgets of this process, one per venue and outgoing address.</summary>
/// <remarks>One that nobody used for 90 minutes is forgotten, so that options with ever new proxies do not pile up. That is
/// longer than the hour after which markets are loaded anew, which announces the venue's limit again: nothing is lost.</remarks>
internal sealed class VenueBudgets(TimeProvider time)
{
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(90);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly Dictionary<BudgetKey, VenueBudget> _budgets = [];
    private readonly Lock _gate = new();
    private long _sweptAt = time.GetTimestamp();

    /// <summary>The budget of a venue at an address; the same object for everyone who asks.</summary>
    public VenueBudget Of(BudgetKey key)
    {
        lock (_gate)
        {
            Sweep();
            if (!_budgets.TryGetValue(key, out var budget))
            {
                budget = new VenueBudget(key.VenueId, time);
                _budgets.Add(key, budget);
            }

            budget.Touch();
            return budget;
        }
    }

    /// <summary>A venue's budget, of several addresses the one closest to its limit; null while nothing was asked.</summary>
    public VenueBudgetStatus? Status(string venue) => All()
        .Where(budget => budget.Venue == venue)
        .Select(budget => budget.Status)
        .OrderByDescending(status => status.BlockedUntil)
        .ThenByDescending(status => status.Used / status.Limit)
        .FirstOrDefault();

    /// <summary>Every budget that was used, with the id of its venue.</summary>
    public IReadOnlyList<(string Venue, VenueBudgetStatus Status)> All()
    {
        lock (_gate)
        {
            return
            [
                .. from pair in _budgets
                   let status = pair.Value.Status
                   where status is not null
                   select (pair.Key.VenueId, status),
            ];
        }
    }

    private void Sweep()
    {
        if (time.GetElapsedTime(_sweptAt) < SweepEvery)
        {
            return;
        }

        _sweptAt = time.GetTimestamp();
        foreach (var (key, _) in _budgets.Where(pair => pair.Value.IsIdle(ForgottenAfter)).ToList())
        {
            _budgets.Remove(key);
        }
    }
}
