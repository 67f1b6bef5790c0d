using System.Text;
using MarketManager.Actors;
using MarketManager.Chaos.Tests.Rig;
using Npgsql;

namespace MarketManager.Chaos.Tests.Checking;

/// <summary>Reads what a cluster has kept from PostgreSQL's tables.</summary>
internal static class HistoryReader
{
    private static readonly DomainCodec Codec = new();

    public static async Task<History> Read(ClusterRig rig)
    {
        await using var source = NpgsqlDataSource.Create(rig.Server.ConnectionString(rig.Database));
        await using var connection = await source.OpenConnectionAsync();

        // One snapshot: what is shown must be what happened at any instant.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        return new History
        {
            Events = await Rows(
                connection,
                """
                SELECT e.actor, e.seq, e.kind, e.version, e.at, e.data FROM mm.event e JOIN mm.entity n ON n.id = e.entity
                WHERE n.name = 'exchange' ORDER BY e.actor, e.seq
                """,
                row => new Recorded(
                    row.GetInt64(0),
                    row.GetInt64(1),
                    Codec.Decode(row.GetString(2), row.GetInt32(3), DateTimeOffset.UnixEpoch.AddTicks(row.GetInt64(4)), Encoding.UTF8.GetBytes(row.GetString(5))))),
            Runs = await Rows(
                connection,
                "SELECT run_id, exchange, number, trigger, slot, state, recovers FROM mm.run",
                row => new RunRow(
                    row.GetGuid(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetInt64(4), row.GetString(5),
                    row.IsDBNull(6) ? null : row.GetGuid(6))),
            Exchanges = await Rows(
                connection,
                "SELECT id, name, enabled, interval, url FROM mm.exchange",
                row => new ExchangeRow(row.GetInt64(0), row.GetString(1), row.GetBoolean(2), row.GetInt32(3), row.IsDBNull(4) ? null : row.GetString(4))),
            Markets = await Rows(
                connection, "SELECT exchange, run_number FROM mm.market_set", row => new MarketsRow(row.GetInt64(0), row.GetInt64(1))),
        };
    }

    private static async Task<List<T>> Rows<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var rows = await command.ExecuteReaderAsync();
        List<T> all = [];
        while (await rows.ReadAsync())
        {
            all.Add(read(rows));
        }

        return all;
    }
}
