using MarketManager.Kernel;
using Npgsql;

namespace MarketManager.Storage.PostgreSql.Sessions;

/// <summary>Pooled connections to the cluster's primary, whichever of the servers that is.</summary>
internal sealed class ServerPool : IAsyncDisposable
{
    private readonly PostgresServers _servers;
    private readonly NpgsqlDataSource[] _sources;

    /// <param name="servers">Which there are.</param>
    /// <param name="settings">How to connect to each.</param>
    public ServerPool(PostgresServers servers, NpgsqlConnectionStringBuilder settings)
    {
        _servers = servers;
        _sources = [.. Enumerable.Range(0, servers.Count).Select(no => Source(servers, servers.At(no, settings.ConnectionString)))];
        servers.Replaced += OnReplaced;
    }

    /// <summary>A connection, maybe one that was used before.</summary>
    public async ValueTask<NpgsqlConnection> Open(CancellationToken cancellationToken)
    {
        List<Exception> failures = [];
        foreach (var no in _servers.Order)
        {
            try
            {
                var connection = await _sources[no].OpenConnectionAsync(cancellationToken);
                _servers.Prefer(no);
                return connection;
            }
            catch (Exception e) when (PostgresFailures.OfConnecting(e) is { } failure)
            {
                failures.Add(failure);
            }
        }

        throw PostgresServers.NoneOf(failures);
    }

    /// <summary>Uses a connection for what may be done twice: where the store was restarted meanwhile, the first is found broken.</summary>
    /// <exception cref="StoreException">The store is away, or refuses.</exception>
    public async ValueTask<T> Use<T>(Func<NpgsqlConnection, ValueTask<T>> use, CancellationToken cancellationToken)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                await using var connection = await Open(cancellationToken);
                return await use(connection);
            }
            catch (Exception e) when (isFirst && PostgresFailures.IsBroken(e))
            {
                Clear();
            }
            catch (Exception e) when (PostgresFailures.IsOfStore(e))
            {
                throw PostgresFailures.ToStoreException(e);
            }
        }
    }

    /// <summary>Forgets those that are not used now: they may be broken.</summary>
    public void Clear()
    {
        foreach (var source in _sources)
        {
            source.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _servers.Replaced -= OnReplaced;
        foreach (var source in _sources)
        {
            await source.DisposeAsync();
        }
    }

    private static NpgsqlDataSource Source(PostgresServers servers, string settings) => new NpgsqlDataSourceBuilder(settings)
        .UsePhysicalConnectionInitializer(
            connection => servers.Check(connection), async connection => await servers.CheckAsync(connection, CancellationToken.None))
        .Build();

    private void OnReplaced(ServerId server) => Clear();
}
