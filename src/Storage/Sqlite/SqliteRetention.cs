using MarketManager.Actors.Runs;
using MarketManager.Storage.Sqlite.Reading;
using MarketManager.Storage.Sqlite.Writing;

namespace MarketManager.Storage.Sqlite;

/// <summary>Forgets old runs, and events that a snapshot contains, a few hundred rows a transaction between other writes.</summary>
internal sealed class SqliteRetention(ReaderPool readers, SqliteWriter writer) : IRunRetention
{
    private const int Chunk = 250;

    public async ValueTask<long> Prune(int keep, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var pruned = await Repeat(
            session => session.Connection.Prepare(
                "DELETE FROM run WHERE run_id IN (SELECT run_id FROM run WHERE ended < ? LIMIT ?)").Add(before).Add(Chunk).Execute(),
            cancellationToken);
        foreach (var exchange in await Ids("SELECT exchange FROM run GROUP BY exchange HAVING count(*) > ?", keep, cancellationToken))
        {
            pruned += await Repeat(
                session => session.Connection.Prepare(
                    """
                    DELETE FROM run WHERE run_id IN (
                      SELECT run_id FROM run
                      WHERE exchange = ?1 AND ended IS NOT NULL
                        AND number <= (SELECT number FROM run WHERE exchange = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)
                      LIMIT ?3)
                    """).Add(exchange).Add(keep).Add(Chunk).Execute(),
                cancellationToken);
        }

        await PruneEvents(cancellationToken);
        return pruned;
    }

    private async ValueTask PruneEvents(CancellationToken cancellationToken)
    {
        const string covered =
            """
            SELECT DISTINCT s.actor FROM snapshot s JOIN event e ON e.entity = s.entity AND e.actor = s.actor AND e.seq <= s.seq
            WHERE s.actor > ?
            """;
        foreach (var actor in await Ids(covered, 0, cancellationToken))
        {
            await Repeat(
                session => session.Connection.Prepare(
                    """
                    DELETE FROM event WHERE id IN (
                      SELECT e.id FROM snapshot s JOIN event e ON e.entity = s.entity AND e.actor = s.actor AND e.seq <= s.seq
                      WHERE s.actor = ? LIMIT ?)
                    """).Add(actor).Add(Chunk).Execute(),
                cancellationToken);
        }
    }

    private async ValueTask<long> Repeat(Func<WriteSession, int> delete, CancellationToken cancellationToken)
    {
        for (long all = 0; ;)
        {
            var some = await writer.Call(delete, cancellationToken);
            all += some;
            if (some < Chunk)
            {
                return all;
            }
        }
    }

    private ValueTask<List<long>> Ids(string sql, long parameter, CancellationToken cancellationToken) => readers.Read(
        (sql, parameter),
        static (connection, a) =>
        {
            var ids = new List<long>();
            var rows = connection.Prepare(a.sql).Add(a.parameter);
            while (rows.Step())
            {
                ids.Add(rows.Long());
            }

            return ids;
        },
        cancellationToken);
}
