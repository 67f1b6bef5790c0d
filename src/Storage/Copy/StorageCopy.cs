using System.Security.Cryptography;
using System.Text;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql;
using MarketManager.Storage.PostgreSql.Membership;
using MarketManager.Storage.PostgreSql.Reading;
using MarketManager.Storage.PostgreSql.Sessions;
using MarketManager.Storage.Sqlite;
using MarketManager.Storage.Sqlite.Engine;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace MarketManager.Storage.Copy;

/// <summary>What was copied of a table.</summary>
/// <param name="Name">Which.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Hash">SHA-256 over all of them, the same on both sides; hexadecimal.</param>
public sealed record CopiedRows(string Name, long Rows, string Hash);

/// <summary>The target holds data or is in use, or what arrived there is not what was sent.</summary>
public sealed class StorageCopyException(string message) : StoreException(message);

/// <summary>Moves what a single node has into an empty cluster database: all of it, or nothing.</summary>
public static class StorageCopy
{
    /// <summary>Copies, in one transaction, and reads all of it back to compare it.</summary>
    /// <param name="folder">The data folder; no node may run on it. It is left as it is, but for the schema of an older version.</param>
    /// <param name="connectionString">The cluster's database.</param>
    /// <param name="world">Time.</param>
    /// <param name="cancellationToken">Ends it; nothing is copied then.</param>
    /// <exception cref="NothingStoredException">There is no database in the folder.</exception>
    /// <exception cref="StoreLockedException">A node runs on the folder.</exception>
    /// <exception cref="StorageCopyException">The target is not empty, nodes live on it, or it is not what was sent.</exception>
    /// <exception cref="StoreException">One of the two stores fails.</exception>
    public static async Task<IReadOnlyList<CopiedRows>> Run(
        string folder, string connectionString, World world, CancellationToken cancellationToken = default)
    {
        if (!File.Exists(StoreFolder.DatabaseIn(folder)))
        {
            throw new NothingStoredException(StoreFolder.DatabaseIn(folder));
        }

        using var taken = StoreFolder.Take(folder);
        await using (await PostgresStore.Open(
            new PostgresOptions { ConnectionString = connectionString }, world, NullLoggerFactory.Instance, cancellationToken))
        {
            // Only to have the schema.
        }

        try
        {
            using var source = Connection.OpenWriter(taken.Database);
            Migrations.Apply(source, taken.Database, Migrations.All, world.Now);
            await using var target = await PostgresSession.OpenFirst(new PostgresServers(connectionString), "mm copy", cancellationToken);
            return await Copy(source, target, cancellationToken);
        }
        catch (SqliteFailure failure)
        {
            throw failure.ToStoreException();
        }
        catch (Exception e) when (e is not StoreException && PostgresFailures.IsOfStore(e))
        {
            throw PostgresFailures.ToStoreException(e);
        }
    }

    private static async Task<List<CopiedRows>> Copy(Connection source, NpgsqlConnection target, CancellationToken cancellationToken)
    {
        await using var transaction = await target.BeginTransactionAsync(cancellationToken);
        await PostgresSession.Execute(target, "SET LOCAL idle_in_transaction_session_timeout = 0", cancellationToken);
        await RefuseWhereNodesLive(target, cancellationToken);
        await RefuseUnlessEmpty(target, cancellationToken);
        var copied = new List<CopiedRows>();
        foreach (var table in CopiedTable.All)
        {
            var sent = await Send(table, source, target, cancellationToken);
            var arrived = await ReadBack(table, target, cancellationToken);
            if (sent != arrived)
            {
                throw new StorageCopyException(
                    $"{table.Name} is not what was sent: {sent.Rows} rows with hash {sent.Hash}, but {arrived.Rows} with {arrived.Hash} arrived; nothing was copied");
            }

            copied.Add(sent);
        }

        await PostgresSession.Execute(
            target, "SELECT setval(pg_get_serial_sequence('mm.entity', 'id'), greatest(1, (SELECT max(id) FROM mm.entity)))", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await PostgresSession.Execute(target, string.Concat(CopiedTable.All.Select(table => $"ANALYZE mm.{table.Name};")), cancellationToken);
        return copied;
    }

    // A node knows the exchanges that were there when it took a shard: it would never see those that are copied. Who would become a
    // member now waits until all is there.
    private static async Task RefuseWhereNodesLive(NpgsqlConnection target, CancellationToken cancellationToken)
    {
        await PostgresSession.Execute(target, "LOCK TABLE mm.node IN EXCLUSIVE MODE", cancellationToken);
        await using var select = new NpgsqlCommand(Statements.Living, target);
        await using var names = await select.ExecuteReaderAsync(cancellationToken);
        var living = new List<string>();
        while (await names.ReadAsync(cancellationToken))
        {
            living.Add(names.GetString(0));
        }

        if (living.Count > 0)
        {
            throw new StorageCopyException(
                $"nodes of a cluster live on the database {target.Database}: {string.Join(", ", living)}; they would not see what is copied. "
                + "Stop them, copy, then start them again");
        }
    }

    private static async Task RefuseUnlessEmpty(NpgsqlConnection target, CancellationToken cancellationToken)
    {
        foreach (var table in CopiedTable.All)
        {
            await PostgresSession.Execute(target, $"LOCK TABLE mm.{table.Name} IN EXCLUSIVE MODE", cancellationToken);
            await using var any = new NpgsqlCommand($"SELECT EXISTS (SELECT 1 FROM mm.{table.Name})", target);
            if (await any.ExecuteScalarAsync(cancellationToken) is true)
            {
                throw new StorageCopyException($"the database {target.Database} is not empty: there is something in mm.{table.Name}; name a new one");
            }
        }
    }

    private static async Task<CopiedRows> Send(CopiedTable table, Connection source, NpgsqlConnection target, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var import = await target.BeginBinaryImportAsync(table.CopyIn, cancellationToken);
        var rows = source.Prepare(table.SelectSource);
        long count = 0;
        for (; rows.Step(); count++)
        {
            var values = table.Read(rows, hasShards: false);
            hash.AppendData(Encoding.UTF8.GetBytes(CopiedTable.Canonical(values)));
            await table.Write(import, values, cancellationToken);
        }

        await import.CompleteAsync(cancellationToken);
        return new CopiedRows(table.Name, count, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static async Task<CopiedRows> ReadBack(CopiedTable table, NpgsqlConnection target, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var select = new NpgsqlCommand(table.SelectTarget, target) { CommandTimeout = 0 };
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        var row = new PgRow(reader);
        long count = 0;
        for (; await row.Next(cancellationToken); count++)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(CopiedTable.Canonical(table.Read(row, hasShards: true))));
        }

        return new CopiedRows(table.Name, count, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
