using MarketManager.Actors.Lists;

namespace MarketManager.Api.Lists;

/// <summary>Orders and cuts short lists that are in memory anyway, by the rules of those that come from the store.</summary>
internal static class MemoryList
{
    /// <summary>All items in the order that was asked for: nulls last, ties as they were.</summary>
    public static IReadOnlyList<T> Order<T>(
        IEnumerable<T> items, IReadOnlyList<OrderBy> ordering, Func<T, string, IComparable?> field)
    {
        IOrderedEnumerable<T>? ordered = null;
        foreach (var by in ordering)
        {
            var nullsLast = ordered is null
                ? items.OrderBy(item => field(item, by.Field) is null)
                : ordered.ThenBy(item => field(item, by.Field) is null);
            ordered = by.Descending
                ? nullsLast.ThenByDescending(item => field(item, by.Field), Ordinal)
                : nullsLast.ThenBy(item => field(item, by.Field), Ordinal);
        }

        return [.. ordered ?? items];
    }

    /// <summary>A part of a list.</summary>
    public static Page<T> Part<T>(IReadOnlyList<T> all, Paging paging) =>
        new(all.Count, [.. all.Skip(paging.Offset).Take(paging.Limit ?? int.MaxValue)]);

    private static readonly Comparer<IComparable?> Ordinal = Comparer<IComparable?>.Create((a, b) => (a, b) switch
    {
        (string x, string y) => string.CompareOrdinal(x, y),
        (null, null) => 0,
        (null, _) => -1,
        _ => a.CompareTo(b),
    });
}
