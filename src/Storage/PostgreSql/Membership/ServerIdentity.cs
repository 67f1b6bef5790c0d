using MarketManager.Kernel;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Membership;

/// <summary>Which server this node has talked to: it never goes back to an older one, such as a primary that was replaced.</summary>
/// <remarks>
/// PostgreSQL's system identifier is made with a data directory; its timeline rises when a standby is promoted or a backup is
/// restored. https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES
/// </remarks>
internal sealed class ServerIdentity
{
    private (long Identifier, int Timeline)? _seen;

    /// <summary>Checks a new session; the first to come to a promoted server raises all epochs.</summary>
    /// <exception cref="StoreUnavailableException">It is a standby, an old primary or behind a pooler; the right one may be back soon.</exception>
    public void Check(NpgsqlConnection connection, ILogger logger)
    {
        var (isStandby, process, server, recorded) = Read(connection);
        if (process != connection.ProcessID)
        {
            throw new StoreUnavailableException("PostgreSQL is reached through a pooler; the cluster needs direct connections");
        }

        if (isStandby)
        {
            throw new StoreUnavailableException("this PostgreSQL server is a standby");
        }

        if (_seen is { } seen && (server.Identifier != seen.Identifier || server.Timeline < seen.Timeline))
        {
            throw new StoreUnavailableException(
                $"this PostgreSQL server (system {server.Identifier}, timeline {server.Timeline}) is not the one that was used last"
                + $" (system {seen.Identifier}, timeline {seen.Timeline}): an old primary must not run any more");
        }

        if (server.Identifier == recorded.Identifier && server.Timeline < recorded.Timeline)
        {
            throw new StoreUnavailableException($"this PostgreSQL server is on timeline {server.Timeline}, its data on {recorded.Timeline}");
        }

        if (server != recorded)
        {
            RaiseEpochs(connection, server);
            MembershipLog.Promoted(logger, server.Identifier, server.Timeline, recorded.Timeline);
        }

        _seen = server;
    }

    private static (bool IsStandby, int Process, (long Identifier, int Timeline) Server, (long Identifier, int Timeline) Recorded) Read(
        NpgsqlConnection connection)
    {
        using var ask = new NpgsqlCommand(Statements.Server, connection);
        using var row = ask.ExecuteReader();
        return row.Read()
            ? (row.GetBoolean(0), row.GetInt32(1), (row.GetInt64(2), row.GetInt32(3)), (row.GetInt64(4), row.GetInt32(5)))
            : throw new StoreUnavailableException("the cluster's data is not there yet");
    }

    private static void RaiseEpochs(NpgsqlConnection connection, (long Identifier, int Timeline) server)
    {
        using var transaction = connection.BeginTransaction();
        using var raise = new NpgsqlCommand(Statements.RaiseEpochs, connection, transaction);
        raise.Parameters.AddWithValue("identifier", server.Identifier);
        raise.Parameters.AddWithValue("timeline", server.Timeline);
        raise.ExecuteNonQuery();
        transaction.Commit();
    }
}
