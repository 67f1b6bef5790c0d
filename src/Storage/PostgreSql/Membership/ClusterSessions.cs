using Npgsql;

namespace MarketManager.Storage.PostgreSql.Membership;

/// <summary>How membership's sessions are opened: direct, not pooled, and known by the name of their incarnation.</summary>
internal static class ClusterSessions
{
    /// <summary>
    /// By this name others end all sessions of a node that they declare dead. All sessions of a node bear it, those that write, too.
    /// </summary>
    public static string NameOf(Guid incarnation) => $"mm {incarnation:D}";

    /// <summary>The key of the advisory lock that the presence session holds.</summary>
    public static long KeyOf(Guid incarnation)
    {
        Span<byte> bytes = stackalloc byte[16];
        incarnation.TryWriteBytes(bytes);
        return BitConverter.ToInt64(bytes) ^ BitConverter.ToInt64(bytes[8..]);
    }

    /// <summary>A connection string for one session.</summary>
    /// <param name="connection">What the operator gave.</param>
    /// <param name="incarnation">Whose session it is.</param>
    /// <param name="synchronousCommit">
    /// <c>off</c> for signs of life. <c>local</c> for changes of ownership: they need not wait for a standby, since the events that
    /// are written after them do, and a standby that lacks them raises all epochs when it is promoted.
    /// </param>
    /// <param name="patience">How long one statement may take.</param>
    public static string Of(string connection, Guid incarnation, string synchronousCommit, TimeSpan patience)
    {
        var settings = new NpgsqlConnectionStringBuilder(connection)
        {
            ApplicationName = NameOf(incarnation),
            Pooling = false,
            Enlist = false,
            Timeout = 2,
            CommandTimeout = Math.Max(1, (int)patience.TotalSeconds),
            CancellationTimeout = -1,
            TcpKeepAlive = true,
            TcpKeepAliveTime = 1,
            TcpKeepAliveInterval = 1,
            IncludeErrorDetail = true,
        };
        // The server, too, is to notice within seconds that a machine has vanished: the lock is held until then.
        settings.Options = string.Join(' ', settings.Options, $"-c synchronous_commit={synchronousCommit}",
            "-c default_transaction_isolation=read\\ committed", "-c idle_in_transaction_session_timeout=2000",
            "-c client_connection_check_interval=500", "-c tcp_keepalives_idle=1", "-c tcp_keepalives_interval=1",
            "-c tcp_keepalives_count=3", "-c tcp_user_timeout=4000").Trim();
        return settings.ConnectionString;
    }
}
