using Npgsql;

namespace MarketManager.TestKit.Postgres;

/// <summary>Holds a table so that nobody can even read it, as a forgotten session of an administrator's would, until it is disposed of.</summary>
public sealed class TableLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private TableLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Takes the lock; it is there when this returns.</summary>
    /// <param name="connectionString">As the table's owner.</param>
    /// <param name="table">Such as <c>mm.event</c>.</param>
    public static async Task<TableLock> Take(string connectionString, string table)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        try
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand($"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", connection);
            await command.ExecuteNonQueryAsync();
            return new TableLock(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
