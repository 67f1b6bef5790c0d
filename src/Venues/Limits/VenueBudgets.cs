using System.Collections.Concurrent;
using MarketManager.Actors.Venues;

namespace MarketManager.Venues.Limits;

/// <summary>All budgets of this process, one per venue and address.</summary>
internal sealed class VenueBudgets(TimeProvider time)
{
    private readonly ConcurrentDictionary<(string Venue, string Address), VenueBudget> _budgets = new();

    /// <summary>The budget of a venue at an address; the same object for everyone who asks.</summary>
    public VenueBudget Of(string venue, string address) =>
        _budgets.GetOrAdd((venue, address), static (key, time) => new VenueBudget(key.Venue, time), time);

    /// <summary>A venue's budget, of several addresses the one closest to its limit; null while nothing was asked.</summary>
    public VenueBudgetStatus? Status(string venue) => All()
        .Where(budget => budget.Venue == venue)
        .Select(budget => budget.Status)
        .OrderByDescending(status => status.BlockedUntil)
        .ThenByDescending(status => status.Used / status.Limit)
        .FirstOrDefault();

    /// <summary>Every budget that was used.</summary>
    public IEnumerable<(string Venue, VenueBudgetStatus Status)> All() => _budgets
        .Select(pair => (pair.Key.Venue, pair.Value.Status))
        .Where(budget => budget.Status is not null)
        .Select(budget => (budget.Venue, budget.Status!));
}
