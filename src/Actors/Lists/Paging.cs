namespace MarketManager.Actors.Lists;

/// <summary>One field of an ordering. Nulls are last either way; ties are broken by id.</summary>
/// <param name="Field">The resource's field name.</param>
/// <param name="Descending">True for <c>-field</c>.</param>
public readonly record struct OrderBy(string Field, bool Descending);

/// <summary>Which part of a list, in which order.</summary>
/// <param name="Limit">At most this many; null for all of them (exports).</param>
/// <param name="Offset">How many to pass over first.</param>
/// <param name="Ordering">Empty for the list's default order.</param>
public sealed record Paging(int? Limit, int Offset, IReadOnlyList<OrderBy> Ordering);

/// <summary>A part of a list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Count">How many match in all.</param>
/// <param name="Items">Those of this part.</param>
public sealed record Page<T>(long Count, IReadOnlyList<T> Items);
