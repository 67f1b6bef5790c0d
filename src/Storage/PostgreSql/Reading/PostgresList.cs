using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using MarketManager.Actors.Lists;
using MarketManager.Storage.PostgreSql.Writing;
using MarketManager.Storage.Reading;
using Npgsql;
using NpgsqlTypes;

namespace MarketManager.Storage.PostgreSql.Reading;

/// <summary>Lists a table.</summary>
/// <typeparam name="T">What its rows become.</typeparam>
/// <typeparam name="TKey">The type of its key.</typeparam>
internal sealed class PostgresList<T, TKey>(ReaderSource readers, Listing<T> listing, NpgsqlDbType key)
{
    private const int Chunk = 256;

    // Seconds. Somebody waits for a page: a server that hangs is given up sooner than where only a task of its own waits.
    private const int PagePatience = 10;

    /// <summary>The page, and how many rows there are in all, as of one instant.</summary>
    public ValueTask<Page<T>> Page(Selection where, Paging paging, CancellationToken cancellationToken)
    {
        var (count, select) = (listing.SelectCount(where), listing.SelectPage(listing.Columns, where, paging));
        return readers.Snapshot(
            async (connection, cancelled) =>
            {
                await using var batch = new NpgsqlBatch(connection) { Timeout = PagePatience };
                Bind(Add(batch, count), where);
                BindPage(Bind(Add(batch, select), where), paging);
                await using var reader = await batch.ExecuteReaderAsync(cancelled);
                var row = new PgRow(reader);
                await row.Next(cancelled);
                var all = row.Long();
                await reader.NextResultAsync(cancelled);
                var items = new List<T>(Math.Min(paging.Limit ?? 0, 1000));
                while (await row.Next(cancelled))
                {
                    items.Add(listing.Read(row));
                }

                return new Page<T>(all, items);
            },
            cancellationToken);
    }

    /// <summary>All rows, without holding a connection or a snapshot while the caller is slow.</summary>
    /// <remarks>
    /// The order and the choice are as of one instant; each row is as it is when its turn comes, and left out if it has gone. A
    /// snapshot held for a slow reader would keep the server from cleaning up.
    /// </remarks>
    public async IAsyncEnumerable<T> Stream(Selection where, Paging paging, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var keys = await readers.Read(
            Numbered(listing.SelectPage(listing.Key, where, paging)),
            parameters => BindPage(Bind(parameters, where), paging),
            row => row.Value<TKey>(),
            cancellationToken);
        var rows =
            $"""
            SELECT {listing.Columns} FROM unnest($1) WITH ORDINALITY AS wanted (wanted_key, turn)
            JOIN {listing.Table} ON {listing.Key} = wanted_key ORDER BY turn
            """;
        for (var start = 0; start < keys.Count; start += Chunk)
        {
            var part = keys.GetRange(start, Math.Min(Chunk, keys.Count - start)).ToArray();
            foreach (var row in await readers.Read(rows, parameters => parameters.AddAll(part, key), row => listing.Read(row), cancellationToken))
            {
                yield return row;
            }
        }
    }

    private static PgParameters Bind(PgParameters parameters, Selection where)
    {
        foreach (var value in where.Values)
        {
            parameters.AddAny(value);
        }

        return parameters;
    }

    private static PgParameters BindPage(PgParameters parameters, Paging paging) => parameters.Add((long?)paging.Limit).Add(paging.Offset);

    private static PgParameters Add(NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(Numbered(sql));
        batch.BatchCommands.Add(command);
        return new PgParameters(command.Parameters);
    }

    // $1, $2 ... in the place of each question mark.
    private static string Numbered(string sql)
    {
        var numbered = new StringBuilder(sql.Length + 16);
        var count = 0;
        foreach (var c in sql)
        {
            if (c == '?')
            {
                numbered.Append(CultureInfo.InvariantCulture, $"${++count}");
            }
            else
            {
                numbered.Append(c);
            }
        }

        return numbered.ToString();
    }
}
