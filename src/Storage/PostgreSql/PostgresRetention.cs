using MarketManager.Actors.Runs;
using MarketManager.Storage.PostgreSql.Reading;

namespace MarketManager.Storage.PostgreSql;

/// <summary>Forgets old runs, and events that a snapshot contains, some thousand rows a transaction.</summary>
/// <remarks>Any node may do it, several at once too: nobody depends on what goes, whoever owns it.</remarks>
internal sealed class PostgresRetention(ReaderSource readers) : IRunRetention
{
    private const int Chunk = 2000;

    public async ValueTask<long> Prune(int keep, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var pruned = await Repeat("mm.run", "SELECT ctid FROM mm.run WHERE ended < $2", before, cancellationToken);
        var exchanges = await readers.Read(
            "SELECT exchange FROM mm.run GROUP BY exchange HAVING count(*) > $1", p => p.Add(keep), row => row.Long(), cancellationToken);
        foreach (var exchange in exchanges)
        {
            pruned += await Repeat(
                "mm.run",
                $"""
                SELECT ctid FROM mm.run WHERE exchange = {exchange} AND ended IS NOT NULL AND ended >= $2
                  AND number <= (SELECT number FROM mm.run WHERE exchange = {exchange} ORDER BY number DESC LIMIT 1 OFFSET {keep})
                """,
                before,
                cancellationToken);
        }

        await Repeat(
            "mm.event",
            """
            SELECT e.ctid FROM mm.snapshot s JOIN mm.event e ON e.entity = s.entity AND e.shard = s.shard AND e.actor = s.actor AND e.seq <= s.seq
            WHERE $2 IS NOT NULL
            """,
            before,
            cancellationToken);
        return pruned;
    }

    private async ValueTask<long> Repeat(string table, string choice, DateTimeOffset before, CancellationToken cancellationToken)
    {
        for (long all = 0; ;)
        {
            var some = await readers.Execute(
                $"DELETE FROM {table} WHERE ctid = ANY (ARRAY({choice} LIMIT $1))", p => p.Add(Chunk).Add(before), cancellationToken);
            all += some;
            if (some < Chunk)
            {
                return all;
            }
        }
    }
}
