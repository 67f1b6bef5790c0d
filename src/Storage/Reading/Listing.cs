using System.Text;
using MarketManager.Actors.Lists;
using MarketManager.Storage.Rows;

namespace MarketManager.Storage.Reading;

/// <summary>How a table is listed.</summary>
/// <typeparam name="T">What its rows become.</typeparam>
/// <param name="Table">The table.</param>
/// <param name="Key">The column that names a row.</param>
/// <param name="Columns">What <paramref name="Read"/> reads, in its order.</param>
/// <param name="DefaultOrder">The order where none is asked for.</param>
/// <param name="TieBreak">The order of rows that are equal in what was asked for.</param>
/// <param name="Orders">By field: the expressions to order by, which are the only SQL that a caller can choose.</param>
/// <param name="Read">Makes a row.</param>
internal sealed record Listing<T>(
    string Table,
    string Key,
    string Columns,
    string DefaultOrder,
    string TieBreak,
    IReadOnlyDictionary<string, string[]> Orders,
    Func<IRow, T> Read)
{
    /// <summary>One page; its last two parameters are the limit and the offset.</summary>
    public string SelectPage(string columns, Selection where, Paging paging) =>
        $"SELECT {columns} FROM {Table}{where.Sql}{OrderBy(paging)} LIMIT ? OFFSET ?";

    /// <summary>How many there are on all pages.</summary>
    public string SelectCount(Selection where) => $"SELECT count(*) FROM {Table}{where.Sql}";

    private string OrderBy(Paging paging)
    {
        if (paging.Ordering.Count == 0)
        {
            return $" ORDER BY {DefaultOrder}";
        }

        var order = new StringBuilder(" ORDER BY ");
        foreach (var (field, descending) in paging.Ordering)
        {
            if (!Orders.TryGetValue(field, out var expressions))
            {
                throw new ArgumentException($"'{field}' does not order a {Table}", nameof(paging));
            }

            foreach (var expression in expressions)
            {
                order.Append(expression).Append(descending ? " DESC NULLS LAST, " : " ASC NULLS LAST, ");
            }
        }

        return order.Append(TieBreak).ToString();
    }
}
