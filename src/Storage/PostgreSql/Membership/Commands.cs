using Npgsql;
using NpgsqlTypes;

namespace MarketManager.Storage.PostgreSql.Membership;

/// <summary>Statements with named values on a session of membership.</summary>
internal static class Commands
{
    /// <summary>Runs a statement; gives how many rows it changed.</summary>
    public static async Task<int> Execute(
        this NpgsqlConnection connection, string text, CancellationToken cancellationToken, params (string Name, object? Value)[] values)
    {
        await using var command = connection.Command(text, values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A statement that is not run yet. A value that is null is a missing id: nothing else may be missing here.</summary>
    public static NpgsqlCommand Command(this NpgsqlConnection connection, string text, params (string Name, object? Value)[] values)
    {
        var command = new NpgsqlCommand(text, connection);
        foreach (var (name, value) in values)
        {
            command.Parameters.Add(value is null
                ? new NpgsqlParameter(name, NpgsqlDbType.Uuid) { Value = DBNull.Value }
                : new NpgsqlParameter(name, value));
        }

        return command;
    }
}
