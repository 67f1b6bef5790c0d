using Npgsql;

namespace MarketManager.Storage.PostgreSql.Sessions;

/// <summary>Whether what answers is a primary of a version that will do, with nothing in between that shares sessions.</summary>
internal static class ServerCheck
{
    private const int OldestVersion = 14;

    // A transaction pooler may well answer several statements from one and the same session while nobody else is busy.
    private const int Looks = 3;

    /// <exception cref="PostgresUnusableException">It will not do.</exception>
    public static async ValueTask Verify(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (connection.PostgreSqlVersion.Major < OldestVersion)
        {
            throw new PostgresUnusableException($"PostgreSQL {connection.PostgreSqlVersion} is too old; {OldestVersion} or later is needed");
        }

        await using var look = new NpgsqlCommand("SELECT pg_backend_pid(), pg_is_in_recovery()", connection);
        for (var i = 0; i < Looks; i++)
        {
            await using var answer = await look.ExecuteReaderAsync(cancellationToken);
            await answer.ReadAsync(cancellationToken);
            if (answer.GetInt32(0) != connection.ProcessID)
            {
                throw new PostgresUnusableException(
                    $"a transaction pooler stands between this program and PostgreSQL at {connection.Host}:{connection.Port}: it answers for "
                    + "several sessions, and locks would not hold. Connect directly");
            }

            if (answer.GetBoolean(1))
            {
                throw new PostgresUnusableException(
                    $"PostgreSQL at {connection.Host}:{connection.Port} is a standby, which cannot be written; name the primary");
            }
        }
    }
}
