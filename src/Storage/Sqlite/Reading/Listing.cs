using System.Runtime.CompilerServices;
using System.Text;
using MarketManager.Actors.Lists;
using MarketManager.Storage.Sqlite.Engine;

namespace MarketManager.Storage.Sqlite.Reading;

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
    Func<Statement, T> Read);

/// <summary>Lists a table: conditions, order and page become SQL; values are always parameters.</summary>
internal sealed class ListQuery<T>(Listing<T> listing)
{
    private readonly StringBuilder _where = new();
    private readonly List<object> _values = [];

    /// <summary>Adds a condition on one value, for each of its parameters; left out where the value is null.</summary>
    public ListQuery<T> Where(string condition, object? value)
    {
        if (value is not null)
        {
            And(condition);
            _values.AddRange(Enumerable.Repeat(value, condition.Count(c => c == '?')));
        }

        return this;
    }

    /// <summary>Adds a condition on two values; left out where they are null.</summary>
    public ListQuery<T> Where(string condition, object? first, object? second)
    {
        if (first is not null && second is not null)
        {
            And(condition);
            _values.Add(first);
            _values.Add(second);
        }

        return this;
    }

    /// <summary>The page, and how many rows there are in all.</summary>
    public Page<T> Page(Connection connection, Paging paging)
    {
        var select = $"SELECT {listing.Columns} FROM {listing.Table}{_where}{Order(paging)} LIMIT ? OFFSET ?";
        var count = Bind(connection.Prepare($"SELECT count(*) FROM {listing.Table}{_where}")).Scalar()!.Value;
        var items = new List<T>(Math.Min(paging.Limit ?? 0, 1000));
        if (paging.Offset < count)
        {
            var rows = Bind(connection.Prepare(select)).Add(paging.Limit ?? -1L).Add(paging.Offset);
            while (rows.Step())
            {
                items.Add(listing.Read(rows));
            }
        }

        return new Page<T>(count, items);
    }

    /// <summary>All rows, without holding a connection or a snapshot while the caller is slow.</summary>
    /// <remarks>
    /// The order and the choice are as of one instant; each row is as it is when its turn comes, and left out if it has gone. A
    /// snapshot held for a slow reader would keep the write-ahead log growing.
    /// </remarks>
    public static async IAsyncEnumerable<T> Stream(
        ReaderPool readers, Func<Connection, ListQuery<T>> query, Paging paging, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const int chunk = 256;
        var (all, keys) = await readers.Read(
            (query, paging),
            static (connection, a) =>
            {
                var all = a.query(connection);
                return (all, all.Keys(connection, a.paging));
            },
            cancellationToken);
        for (var start = 0; start < keys.Count; start += chunk)
        {
            var part = keys.GetRange(start, Math.Min(chunk, keys.Count - start));
            foreach (var row in await readers.Read((all, part), static (connection, a) => a.all.Rows(connection, a.part), cancellationToken))
            {
                yield return row;
            }
        }
    }

    private void And(string condition) => _where.Append(_where.Length == 0 ? " WHERE " : " AND ").Append(condition);

    private List<object> Keys(Connection connection, Paging paging)
    {
        var keys = new List<object>();
        var rows = Bind(connection.Prepare($"SELECT {listing.Key} FROM {listing.Table}{_where}{Order(paging)} LIMIT ? OFFSET ?"))
            .Add(paging.Limit ?? -1L).Add(paging.Offset);
        while (rows.Step())
        {
            keys.Add(rows.Key());
        }

        return keys;
    }

    private List<T> Rows(Connection connection, List<object> keys)
    {
        var found = new List<T>(keys.Count);
        var row = connection.Prepare($"SELECT {listing.Columns} FROM {listing.Table} WHERE {listing.Key} = ?");
        foreach (var key in keys)
        {
            if (row.AddAny(key).Step())
            {
                found.Add(listing.Read(row));
                row.Reset();
            }
        }

        return found;
    }

    private Statement Bind(Statement statement)
    {
        foreach (var value in _values)
        {
            statement.AddAny(value);
        }

        return statement;
    }

    private string Order(Paging paging)
    {
        if (paging.Ordering.Count == 0)
        {
            return $" ORDER BY {listing.DefaultOrder}";
        }

        var order = new StringBuilder(" ORDER BY ");
        foreach (var (field, descending) in paging.Ordering)
        {
            if (!listing.Orders.TryGetValue(field, out var expressions))
            {
                throw new ArgumentException($"'{field}' does not order a {listing.Table}", nameof(paging));
            }

            foreach (var expression in expressions)
            {
                order.Append(expression).Append(descending ? " DESC NULLS LAST, " : " ASC NULLS LAST, ");
            }
        }

        return order.Append(listing.TieBreak).ToString();
    }
}
