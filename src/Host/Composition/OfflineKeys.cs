using MarketManager.Actors.Access;
using MarketManager.Cli;
using MarketManager.Host.Settings;
using MarketManager.Kernel;
using MarketManager.Storage;
using MarketManager.Storage.PostgreSql;
using MarketManager.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Host.Composition;

/// <summary>Handles API keys without a node: in a data folder that none uses now, or in the cluster's database.</summary>
/// <param name="world">The clock.</param>
/// <param name="postgres">The connection string that is set; null where nodes are on their own.</param>
internal sealed class OfflineKeys(World world, Func<string?> postgres) : IOfflineKeys
{
    /// <inheritdoc/>
    public string Place(string dataFolder) => postgres() is null ? dataFolder : "the cluster's database";

    /// <inheritdoc/>
    public ValueTask<OfflineKey> Add(string dataFolder, string name, Role role, CancellationToken cancellationToken) =>
        With(dataFolder, async keys =>
        {
            var (key, text) = KeySecret.Create(name, role, world.Now);
            await keys.Add(key, cancellationToken);
            return new OfflineKey(key, text);
        });

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ApiKey>> List(string dataFolder, CancellationToken cancellationToken) =>
        With(dataFolder, keys => keys.List(cancellationToken));

    /// <inheritdoc/>
    public ValueTask<bool> Revoke(string dataFolder, string id, CancellationToken cancellationToken) =>
        With(dataFolder, keys => keys.Revoke(id, world.Now, cancellationToken));

    private async ValueTask<T> With<T>(string dataFolder, Func<IKeyStore, ValueTask<T>> use)
    {
        try
        {
            await using var store = await Open(dataFolder);
            return await use(store.Keys);
        }
        catch (StoreException e)
        {
            throw StoreErrors.Explain(e);
        }
    }

    private async ValueTask<IStore> Open(string dataFolder)
    {
        if (postgres() is not { } connection)
        {
            return SqliteStore.Open(new StoreOptions { Folder = dataFolder }, world, NullLoggerFactory.Instance);
        }

        return ConnectionText.ProblemOf(connection) is { } problem
            ? throw new CliException(ExitCode.Usage, $"the setting '{KnownSettings.Postgres.Name}' {problem}")
            : await PostgresStore.Open(new PostgresOptions { ConnectionString = connection }, world, NullLoggerFactory.Instance);
    }
}
