using Npgsql;

namespace MarketManager.Storage.PostgreSql.Sessions;

/// <summary>A connection of one's own to the primary, set so that a commit that was answered is durable and a dead peer is noticed.</summary>
internal static class PostgresSession
{
    private static readonly (string Name, string Value)[] Settings =
    [
        ("synchronous_commit", "on"),
        ("default_transaction_isolation", "read committed"),

        // A process that was frozen in a transaction holds its locks and its snapshot no longer than that.
        ("idle_in_transaction_session_timeout", "2s"),
        ("tcp_keepalives_idle", "5"),
        ("tcp_keepalives_interval", "1"),
        ("tcp_keepalives_count", "5"),
        ("client_connection_check_interval", "500ms"),
    ];

    // As a connection begins: no round trip of its own.
    private static readonly string AtStart = string.Join(' ', Settings.Select(static set => $"-c {set.Name}={set.Value.Replace(" ", "\\ ", StringComparison.Ordinal)}"));

    // A pooler would refuse these words at the start without saying why: it is to be recognised first.
    private static readonly string Afterwards =
        $"SELECT {string.Join(", ", Settings.Select(static set => $"set_config('{set.Name}', '{set.Value}', false)"))}";

    /// <summary>What all connections to a server that is known have in common.</summary>
    public static NpgsqlConnectionStringBuilder Common(string connectionString, string applicationName)
    {
        var settings = Unset(connectionString, applicationName);
        settings.Options = $"{settings.Options} {AtStart}".Trim();
        return settings;
    }

    /// <summary>Opens a session at the cluster's primary.</summary>
    /// <returns>With it, what <see cref="PostgresServers.IsCurrent"/> asks for.</returns>
    /// <exception cref="PostgresUnusableException">There is a transaction pooler in between, or the server is none to write to.</exception>
    public static async ValueTask<(NpgsqlConnection Connection, int Generation)> Open(
        PostgresServers servers, string applicationName, CancellationToken cancellationToken)
    {
        var (connection, generation) = await servers.OpenAsync(Alone(Common(servers.ConnectionString, applicationName)), cancellationToken);
        try
        {
            await ServerCheck.Verify(connection, cancellationToken);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        return (connection, generation);
    }

    /// <summary>Opens a session where the cluster's tables may not be yet: at the primary with the highest timeline.</summary>
    /// <exception cref="PostgresUnusableException">There is a transaction pooler in between, or the server is none to write to.</exception>
    public static async ValueTask<NpgsqlConnection> OpenFirst(PostgresServers servers, string applicationName, CancellationToken cancellationToken) =>
        await Set(await servers.OpenNewest(Alone(Unset(servers.ConnectionString, applicationName)), cancellationToken), cancellationToken);

    public static async ValueTask Execute(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlConnectionStringBuilder Unset(string connectionString, string applicationName) => new(connectionString)
    {
        ApplicationName = applicationName,
        Timeout = 3,
        CommandTimeout = 30,
        // What takes too long is told to end, and its session is given up without waiting for a reply, which might be that of a commit
        // that no longer waits for its standby. What became of it is found out through another one.
        CancellationTimeout = -1,
        TcpKeepAlive = true,
        TcpKeepAliveTime = 5,
        TcpKeepAliveInterval = 1,
        MaxAutoPrepare = 64,
        AutoPrepareMinUsages = 2,
        IncludeErrorDetail = true, // says which key and which shard
        IncludeFailedBatchedCommand = true, // and which of the writes of a batch it was
        Enlist = false,
        Multiplexing = false,
        MinPoolSize = 0, // the most is set here, and must not be less
    };

    private static string Alone(NpgsqlConnectionStringBuilder settings)
    {
        settings.Pooling = false;
        return settings.ConnectionString;
    }

    private static async ValueTask<NpgsqlConnection> Set(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await Execute(connection, Afterwards, cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
