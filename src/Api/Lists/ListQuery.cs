using MarketManager.Actors.Lists;
using MarketManager.Actors.Text;
using MarketManager.Api.Http;
using MarketManager.Api.Requests;

namespace MarketManager.Api.Lists;

/// <summary>The form of a list's answer.</summary>
internal enum ListFormat
{
    /// <summary>A page with its count and links.</summary>
    Json,

    /// <summary>RFC 4180 with a header row.</summary>
    Csv,

    /// <summary>One JSON object a line.</summary>
    NdJson,
}

/// <summary>What every list can be asked: which part, in which order, in which form.</summary>
/// <param name="Limit">Null where it was not given.</param>
/// <param name="Offset">From 0.</param>
/// <param name="Ordering">Empty for the default.</param>
/// <param name="Format">The form.</param>
internal sealed record ListQuery(int? Limit, int Offset, IReadOnlyList<OrderBy> Ordering, ListFormat Format)
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 1000;

    /// <summary>What to ask a reader for: one page.</summary>
    public Paging Page => new(Limit ?? DefaultLimit, Offset, Ordering);

    /// <summary>What to ask a reader for: everything, or as much as was said.</summary>
    public Paging Everything => new(Limit, Offset, Ordering);

    /// <summary>The parameters, for a route's table.</summary>
    /// <param name="orderFields">The fields that the list can be ordered by.</param>
    /// <param name="filters">The list's own parameters.</param>
    public static IReadOnlyList<QueryParameter> Parameters(IReadOnlyList<string> orderFields, params QueryParameter[] filters) =>
    [
        .. filters,
        new("limit", "integer", $"How many to answer; default {DefaultLimit}, or all in csv and ndjson.")
        {
            Minimum = 1,
            Maximum = MaxLimit,
        },
        new("offset", "integer", "How many to pass over first; default 0.") { Minimum = 0, Maximum = int.MaxValue },
        new("ordering", "string", "Fields by which to order, with commas between; -field for descending. Nulls come last, ties "
            + $"are in order of id. Fields: {string.Join(", ", orderFields)}."),
        new("format", "string", "The form of the answer; default json.") { Values = Names<ListFormat>.All },
    ];

    /// <summary>Reads them.</summary>
    public static ListQuery Read(QueryReader query, IReadOnlyList<string> orderFields) => new(
        (int?)query.Whole("limit", 1, MaxLimit),
        (int?)query.Whole("offset", 0, int.MaxValue) ?? 0,
        ReadOrdering(query, orderFields),
        query.OneOf<ListFormat>("format") ?? ListFormat.Json);

    private static List<OrderBy> ReadOrdering(QueryReader query, IReadOnlyList<string> fields)
    {
        var ordering = new List<OrderBy>();
        foreach (var part in query.Text("ordering")?.Split(',') ?? [])
        {
            var descending = part.StartsWith('-');
            var field = descending ? part[1..] : part;
            if (!fields.Contains(field))
            {
                var hint = Nearest.Hint(field, fields);
                query.Errors.Add(
                    "ordering",
                    $"ordering cannot be by '{field}'{(hint.Length > 0 ? hint : $"; there are {string.Join(", ", fields)}")}");
            }
            else if (ordering.Any(other => other.Field == field))
            {
                query.Errors.Add("ordering", $"ordering names '{field}' more than once");
            }
            else
            {
                ordering.Add(new OrderBy(field, descending));
            }
        }

        return ordering;
    }
}
