using System.Data;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Sessions;
using MarketManager.Storage.PostgreSql.Writing;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Reading;

/// <summary>A few connections that read, and write what no shard owns. When all are busy, callers wait, for 3 s at most.</summary>
internal sealed class ReaderSource : IAsyncDisposable
{
    private readonly ServerPool _source;

    /// <param name="servers">Where the store is.</param>
    /// <param name="name">What the server shows the sessions as.</param>
    /// <param name="connections">How many there are at most.</param>
    public ReaderSource(PostgresServers servers, string name, int connections)
    {
        var settings = PostgresSession.Common(servers.ConnectionString, name);
        settings.MaxPoolSize = connections;
        settings.NoResetOnClose = true;

        // The server waits in the transaction while what it has sent is taken in, which takes a busy machine its time.
        settings.Options += " -c idle_in_transaction_session_timeout=30s";
        _source = new ServerPool(servers, settings);
    }

    /// <summary>Reads, in one snapshot, whatever <paramref name="work"/> asks.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read now.</exception>
    public ValueTask<T> Snapshot<T>(Func<NpgsqlConnection, CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken) => _source.Use(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            var result = await work(connection, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return result;
        },
        cancellationToken);

    /// <summary>All rows of one statement.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read now.</exception>
    public ValueTask<List<T>> Read<T>(
        string sql, Func<PgParameters, PgParameters>? bind, Func<PgRow, T> read, CancellationToken cancellationToken) => _source.Use(
        async connection =>
        {
            await using var command = Command(connection, sql, bind);
            return await Rows(command, read, cancellationToken);
        },
        cancellationToken);

    /// <summary>Changes what no shard owns, in a transaction of its own; once it has returned, it is durable.</summary>
    /// <returns>What the statement returns.</returns>
    public async ValueTask<List<T>> Change<T>(
        string sql, Func<PgParameters, PgParameters>? bind, Func<PgRow, T> read, CancellationToken cancellationToken)
    {
        var isSent = false;
        try
        {
            await using var connection = await Fresh(cancellationToken);
            await using var command = Command(connection, sql, bind);
            isSent = true;
            return await Rows(command, read, cancellationToken);
        }
        catch (Exception e) when (PostgresFailures.IsOfStore(e))
        {
            throw PostgresFailures.ToStoreException(e, outcomeUnknown: isSent && PostgresFailures.IsLossOfSession(e));
        }
    }

    /// <summary>Changes what no shard owns.</summary>
    /// <returns>How many rows were changed.</returns>
    public async ValueTask<int> Execute(string sql, Func<PgParameters, PgParameters>? bind, CancellationToken cancellationToken)
    {
        var changed = await Change($"WITH changed AS ({sql} RETURNING 1) SELECT count(*)::int FROM changed", bind, row => row.Int(), cancellationToken);
        return changed[0];
    }

    /// <summary>Changes what may have been changed in vain, such as the next number: where its answer is lost, nothing was done.</summary>
    /// <returns>What the statement returns.</returns>
    public async ValueTask<T> Draw<T>(
        string sql, Func<PgParameters, PgParameters>? bind, Func<PgRow, T> read, CancellationToken cancellationToken)
    {
        try
        {
            return (await Change(sql, bind, read, cancellationToken))[0];
        }
        catch (StoreUnavailableException e) when (e.OutcomeUnknown)
        {
            throw new StoreUnavailableException(e.Message, e);
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    // Seen to be alive just now: what is sent through a broken one could not be told from what was carried out.
    private async ValueTask<NpgsqlConnection> Fresh(CancellationToken cancellationToken)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            var connection = await _source.Open(cancellationToken);
            try
            {
                await PostgresSession.Execute(connection, "SET synchronous_commit = on", cancellationToken);
                return connection;
            }
            catch (Exception e)
            {
                await connection.DisposeAsync();
                if (!isFirst || !PostgresFailures.IsBroken(e))
                {
                    throw;
                }

                _source.Clear();
            }
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, Func<PgParameters, PgParameters>? bind)
    {
        var command = new NpgsqlCommand(sql, connection);
        bind?.Invoke(new PgParameters(command.Parameters));
        return command;
    }

    private static async ValueTask<List<T>> Rows<T>(NpgsqlCommand command, Func<PgRow, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var row = new PgRow(reader);
        while (await row.Next(cancellationToken))
        {
            rows.Add(read(row));
        }

        return rows;
    }
}
