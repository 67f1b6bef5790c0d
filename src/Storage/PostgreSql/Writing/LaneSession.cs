using System.Data;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Sessions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>The connection of a lane: opened anew where it was lost, and what is known of a store that is away.</summary>
/// <param name="no">The lane's number in <c>mm.lane</c>.</param>
/// <param name="around">What the lanes have in common.</param>
internal sealed partial class LaneSession(int no, LaneSurroundings around) : IAsyncDisposable
{
    /// <summary>Between two tries.</summary>
    public static readonly TimeSpan Backoff = TimeSpan.FromMilliseconds(100);

    // A node that does not write is kept free of requests, and so of the writes that would show that it goes again.
    private static readonly TimeSpan RefusalCounts = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time = around.World.Time;
    private NpgsqlConnection? _connection;
    private int _server;
    private long _awaySince;
    private long _failedAt;
    private StoreException? _failure;
    private volatile bool _isClosing;

    /// <summary>Why it does not write; null while it does.</summary>
    public StoreException? Failure => Volatile.Read(ref _failure);

    /// <summary>Which server it is at, or was at last.</summary>
    public int Server => _server;

    /// <summary>What a store that answers refused to write, not long ago and with no success since; else null.</summary>
    public StoreException? Refusal =>
        Failure is StoreUnavailableException { Refuses: true } refusal && _time.GetElapsedTime(Volatile.Read(ref _failedAt)) < RefusalCounts
            ? refusal
            : null;

    /// <summary>Whether nobody waits for a store that is away any more.</summary>
    public bool IsClosing => _isClosing;

    /// <summary>From now on nobody waits for a store that is away.</summary>
    public void Close() => _isClosing = true;

    /// <summary>Opens it.</summary>
    public async ValueTask Open(CancellationToken cancellationToken)
    {
        (_connection, _server) = await PostgresSession.Open(around.Servers, around.ApplicationName, cancellationToken);
        _awaySince = 0;
        around.Connected();
    }

    /// <summary>The connection; waits a little for a store that has just gone, and not at all for one that was known to be.</summary>
    /// <param name="began">When the batch was begun for which it is.</param>
    /// <param name="isUnknown">Whether that batch was sent already: then it is waited for longer.</param>
    /// <exception cref="StoreException">The store is away.</exception>
    public async ValueTask<NpgsqlConnection> Get(long began, bool isUnknown)
    {
        if (_connection is not null && (_connection.State is not ConnectionState.Open || !around.Servers.IsCurrent(_server)))
        {
            await Drop(); // it broke after the answer to the last batch, behind which nothing was sent; or its server was replaced
        }

        var patience = isUnknown ? around.Options.UnknownPatience : _awaySince == 0 ? around.Options.Patience : TimeSpan.Zero;
        while (_connection is null)
        {
            if (!isUnknown && _awaySince != 0 && _time.GetElapsedTime(_awaySince) < Backoff)
            {
                throw _failure!;
            }

            try
            {
                await Open(CancellationToken.None);
            }
            catch (Exception e) when (PostgresFailures.IsOfStore(e))
            {
                Failed(e);
                if (_isClosing || _time.GetElapsedTime(began) >= patience)
                {
                    _awaySince = _time.GetTimestamp();
                    throw _failure!;
                }

                await Task.Delay(Backoff, _time);
            }
        }

        return _connection;
    }

    /// <summary>Ends it; the next that is asked for is a new one.</summary>
    public async ValueTask Drop()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            try
            {
                await connection.DisposeAsync();
            }
            catch (Exception)
            {
                // It was broken already, and whatever is wrong with it goes with it.
            }
        }
    }

    /// <summary>A batch was written.</summary>
    public void Works() => Volatile.Write(ref _failure, null);

    /// <summary>Nothing can be written, for this reason.</summary>
    public void Failed(Exception e)
    {
        var failure = PostgresFailures.ToStoreException(e);
        if (_failure is null)
        {
            LogFailed(around.Log, no, failure.Message);
        }

        Volatile.Write(ref _failedAt, _time.GetTimestamp());
        Volatile.Write(ref _failure, failure);
        StoreMetrics.Failed();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Drop();

    [LoggerMessage(1, LogLevel.Error, "The store does not write on lane {Lane}: {Reason}")]
    private static partial void LogFailed(ILogger logger, int lane, string reason);
}
