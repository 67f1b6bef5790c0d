using System.Collections.Concurrent;
using MarketManager.Kernel;
using MarketManager.Storage.Sqlite.Engine;

namespace MarketManager.Storage.Sqlite.Reading;

/// <summary>A few connections that read beside the writer, each with its prepared statements. When all are busy, callers wait.</summary>
/// <remarks>
/// All that one call reads is as of one instant. Callers choose filters and orders, and each choice is a statement of its own: a
/// connection that has prepared <see cref="MostStatements"/> of them is replaced by a new one.
/// </remarks>
internal sealed class ReaderPool(string path, int capacity) : IAsyncDisposable
{
    public const int MostStatements = 200;

    private readonly SemaphoreSlim _free = new(capacity, capacity);
    private readonly ConcurrentStack<Connection> _idle = new();

    /// <summary>Reads on the caller's thread, once a connection is free.</summary>
    /// <param name="state">Handed to <paramref name="work"/>, which needs no closure then.</param>
    /// <param name="work">Reads; must be done with the connection when it returns.</param>
    /// <param name="cancellationToken">Stops waiting for a connection.</param>
    /// <exception cref="StoreUnavailableException">The store cannot be read now.</exception>
    public async ValueTask<TResult> Read<TState, TResult>(TState state, Func<Connection, TState, TResult> work, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            return Read(state, work);
        }
        catch (SqliteFailure failure)
        {
            throw failure.ToStoreException();
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Waits for the reads that are going on, and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < capacity; i++)
        {
            await _free.WaitAsync();
        }

        while (_idle.TryPop(out var connection))
        {
            connection.Dispose();
        }

        _free.Dispose();
    }

    private TResult Read<TState, TResult>(TState state, Func<Connection, TState, TResult> work)
    {
        var connection = _idle.TryPop(out var idle) ? idle : Connection.OpenReader(path);
        var keep = false;
        try
        {
            connection.Prepare("BEGIN").Execute();
            var result = work(connection, state);
            connection.Prepare("COMMIT").Execute();
            keep = connection.StatementCount < MostStatements;
            return result;
        }
        finally
        {
            // After a failure nobody knows what the connection is in the middle of.
            if (keep)
            {
                _idle.Push(connection);
            }
            else
            {
                connection.Dispose();
            }
        }
    }
}
