using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Sessions;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Membership;

/// <summary>The session for changes of membership and ownership: one transaction at a time; opened when needed, dropped when in doubt.</summary>
internal sealed class ChangeSession(PostgresServers servers, string settings) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private NpgsqlConnection? _connection;
    private int _generation;

    /// <summary>Runs one transaction; it is rolled back where <paramref name="change"/> gives null or fails.</summary>
    public async Task<T?> Transact<T>(Func<NpgsqlConnection, Task<T?>> change, CancellationToken cancellationToken)
        where T : class =>
        await Use(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                var result = await change(connection);
                if (result is null)
                {
                    await transaction.RollbackAsync(cancellationToken);
                    return null;
                }

                await transaction.CommitAsync(cancellationToken);
                return result;
            },
            cancellationToken);

    /// <summary>Uses the session.</summary>
    public async Task<T> Use<T>(Func<NpgsqlConnection, Task<T>> use, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_connection is not { State: System.Data.ConnectionState.Open } || !servers.IsCurrent(_generation))
            {
                await Drop();
                (_connection, _generation) = await servers.OpenAsync(settings, cancellationToken);
            }

            return await use(_connection);
        }
        catch (Exception problem) when (problem is not PostgresException and not StoreException)
        {
            // A statement may be under way: only a new session is certainly free of it.
            await Drop();
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        await Drop();
        _turn.Dispose();
    }

    private async Task Drop()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }
}
