using MarketManager.Storage.PostgreSql.Membership;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Sessions;

/// <summary>Whether this is the server that the cluster wrote to before.</summary>
/// <remarks>
/// Promoting a standby begins a new timeline. The old primary may come back, with a lower one, and is refused. On a higher one
/// what the last primary had acknowledged may be missing where replication was not synchronous, so nobody may go on with
/// what he has in memory: all epochs jump, and owners read their shards anew.
/// </remarks>
internal static class ClusterIdentity
{
    private const string Here =
        "(SELECT system_identifier FROM pg_control_system()), ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int";

    /// <summary>Compares, and writes what is new.</summary>
    /// <returns>Whether this is the first look after a promotion.</returns>
    /// <exception cref="PostgresUnusableException">It is an old primary, or another server.</exception>
    public static async ValueTask<bool> Verify(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await PostgresSession.Execute(
            connection, $"INSERT INTO mm.cluster (system_identifier, timeline) SELECT {Here} ON CONFLICT DO NOTHING", cancellationToken);
        await using var look = new NpgsqlCommand($"SELECT system_identifier, timeline, {Here} FROM mm.cluster", connection);
        (long Known, int KnownTimeline, long Found, int FoundTimeline) seen;
        await using (var answer = await look.ExecuteReaderAsync(cancellationToken))
        {
            await answer.ReadAsync(cancellationToken);
            seen = (answer.GetInt64(0), answer.GetInt32(1), answer.GetInt64(2), answer.GetInt32(3));
        }

        if (seen.Found == seen.Known && seen.FoundTimeline < seen.KnownTimeline)
        {
            throw new PostgresUnusableException(
                $"PostgreSQL at {connection.Host}:{connection.Port} is on timeline {seen.FoundTimeline}, the cluster has moved on to "
                + $"{seen.KnownTimeline}: this is an old primary; connect to the promoted one");
        }

        if (seen.Found == seen.Known && seen.FoundTimeline == seen.KnownTimeline)
        {
            return false;
        }

        // A restored dump comes with another identifier: nobody's memory fits it either.
        await MoveOn(connection, seen.Found, seen.FoundTimeline, cancellationToken);
        return true;
    }

    private static async ValueTask MoveOn(NpgsqlConnection connection, long system, int timeline, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var raise = new NpgsqlCommand(Statements.RaiseEpochs, connection, transaction);
        raise.Parameters.AddWithValue("identifier", system);
        raise.Parameters.AddWithValue("timeline", timeline);
        await raise.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
