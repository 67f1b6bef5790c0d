using MarketManager.Host.Settings;
using MarketManager.Kernel;
using MarketManager.Storage;
using MarketManager.Storage.PostgreSql;
using MarketManager.Storage.Sqlite;

namespace MarketManager.Host.Composition;

/// <summary>Opens the store that the settings ask for.</summary>
internal static class NodeStore
{
    /// <summary>SQLite in the data folder, or, in a cluster, PostgreSQL; the data folder is this node's either way.</summary>
    /// <param name="settings">The node's.</param>
    /// <param name="world">The clock, and ids.</param>
    /// <param name="loggers">Logs.</param>
    /// <param name="stops">Told what was opened.</param>
    /// <param name="cancellationToken">Ends the try.</param>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    public static async Task<IStore> Open(
        NodeSettings settings, World world, ILoggerFactory loggers, StopOrder stops, CancellationToken cancellationToken)
    {
        if (settings.Cluster is not { } cluster)
        {
            var embedded = SqliteStore.Open(new StoreOptions { Folder = settings.DataFolder }, world, loggers);
            stops.Add("store", embedded.DisposeAsync);
            return embedded;
        }

        var folder = StoreFolder.Take(settings.DataFolder);
        stops.Add("data folder", folder.Dispose);
        var shared = await PostgresStore.Open(
            new PostgresOptions { ConnectionString = cluster.Postgres }, world, loggers, cancellationToken);
        stops.Add("store", shared.DisposeAsync);
        return shared;
    }
}
