using MarketManager.Storage.PostgreSql.Membership;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Sessions;

/// <summary>Which server it is.</summary>
/// <param name="System">Made with its data folder; a standby has its primary's.</param>
/// <param name="Timeline">Rises when a standby is promoted, or the server brought back to an earlier instant.</param>
internal readonly record struct ServerId(long System, int Timeline);

/// <summary>What a session sees of its server.</summary>
/// <param name="IsStandby">Whether it only follows another one.</param>
/// <param name="Process">The server's process that answers; not the session's own where there is a pooler in between.</param>
/// <param name="Server">Which it is.</param>
/// <param name="Recorded">Which one the cluster wrote to, as this one's tables have it.</param>
internal readonly record struct ServerSight(bool IsStandby, int Process, ServerId Server, ServerId Recorded)
{
    /// <summary>Looks, on the caller's thread.</summary>
    public static ServerSight Of(NpgsqlConnection connection)
    {
        using var ask = new NpgsqlCommand(Statements.Server, connection);
        using var row = ask.ExecuteReader();
        row.Read();
        return Read(row);
    }

    /// <summary>Looks.</summary>
    public static async ValueTask<ServerSight> OfAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var ask = new NpgsqlCommand(Statements.Server, connection);
        await using var row = await ask.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return Read(row);
    }

    private static ServerSight Read(NpgsqlDataReader row) => new(
        row.GetBoolean(0), row.GetInt32(1), new ServerId(row.GetInt64(2), row.GetInt32(3)), new ServerId(row.GetInt64(4), row.GetInt32(5)));
}
