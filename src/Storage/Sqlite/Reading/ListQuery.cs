using System.Runtime.CompilerServices;
using MarketManager.Actors.Lists;
using MarketManager.Storage.Reading;
using MarketManager.Storage.Sqlite.Engine;

namespace MarketManager.Storage.Sqlite.Reading;

/// <summary>Lists a table.</summary>
internal sealed class ListQuery<T>(Listing<T> listing, Selection where)
{
    /// <summary>The page, and how many rows there are in all.</summary>
    public Page<T> Page(Connection connection, Paging paging)
    {
        var select = listing.SelectPage(listing.Columns, where, paging);
        var count = Bind(connection.Prepare(listing.SelectCount(where))).Scalar()!.Value;
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

    private List<object> Keys(Connection connection, Paging paging)
    {
        var keys = new List<object>();
        var rows = Bind(connection.Prepare(listing.SelectPage(listing.Key, where, paging))).Add(paging.Limit ?? -1L).Add(paging.Offset);
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
        foreach (var value in where.Values)
        {
            statement.AddAny(value);
        }

        return statement;
    }
}
