using Npgsql;

namespace MarketManager.Storage.PostgreSql.Sessions;

/// <summary>A connection of one's own to the primary, set so that a commit that was answered is durable and a dead peer is noticed.</summary>
internal static class PostgresSession
{
    // In one round trip. The interval cannot be set where the server's system does not offer it.
    private const string Settings =
        """
        SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED;
        SET synchronous_commit = on;
        SET idle_in_transaction_session_timeout = '2s';
        SET tcp_keepalives_idle = 5;
        SET tcp_keepalives_interval = 1;
        SET tcp_keepalives_count = 5;
        SELECT CASE WHEN version() LIKE '%linux%' THEN set_config('client_connection_check_interval', '500ms', false) END;
        """;

    /// <summary>What all connections have in common.</summary>
    public static NpgsqlConnectionStringBuilder Common(string connectionString, string applicationName) => new(connectionString)
    {
        ApplicationName = applicationName,
        Timeout = 3,
        CommandTimeout = 30,
        CancellationTimeout = -1, // a commit must never be told to end early: that would undo waiting for a standby
        TcpKeepAlive = true,
        TcpKeepAliveTime = 5,
        TcpKeepAliveInterval = 1,
        MaxAutoPrepare = 64,
        AutoPrepareMinUsages = 2,
        IncludeErrorDetail = true, // says which key and which shard
        Enlist = false,
        Multiplexing = false,
    };

    /// <summary>Opens a session for an incarnation.</summary>
    /// <exception cref="PostgresUnusableException">There is a transaction pooler in between, or the server is none to write to.</exception>
    public static async ValueTask<NpgsqlConnection> Open(string connectionString, string applicationName, CancellationToken cancellationToken)
    {
        var settings = Common(connectionString, applicationName);
        settings.Pooling = false;
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await ServerCheck.Verify(connection, cancellationToken);
            await Execute(connection, Settings, cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public static async ValueTask Execute(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
