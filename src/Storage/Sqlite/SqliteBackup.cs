using System.Globalization;
using MarketManager.Storage.Sqlite.Engine;

namespace MarketManager.Storage.Sqlite;

/// <summary>Backs a data folder's database up and restores it; works beside the process that holds the folder, or without one.</summary>
public static class SqliteBackup
{
    /// <summary>Writes the database, as of one instant, to a new file. A node that runs goes on reading and writing meanwhile.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="file">The file to make; must not be there yet. It appears only when it is complete.</param>
    /// <returns>The size of the backup, bytes.</returns>
    /// <exception cref="BackupException">There is nothing to back up, or the file is there or cannot be made.</exception>
    public static long Backup(string folder, string file)
    {
        var database = Existing(StoreFolder.DatabaseIn(folder));
        var target = Path.GetFullPath(file);
        if (Path.Exists(target))
        {
            throw new BackupExistsException(target);
        }

        var partial = target + ".partial";
        try
        {
            File.Delete(partial);
            using (var connection = Connection.OpenReader(database))
            {
                connection.Prepare("VACUUM INTO ?").Add(partial).Execute();
            }

            Flush(partial);
            File.Move(partial, target);
            return new FileInfo(target).Length;
        }
        catch (SqliteFailure failure)
        {
            File.Delete(partial);
            throw new BackupException($"'{database}' could not be backed up to '{target}': {failure.Text}", failure);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"'{target}' could not be written: {e.Message}", e);
        }
    }

    /// <summary>Puts a backup in the place of the database, which is kept beside it. No process may hold the folder.</summary>
    /// <remarks>Dying in the middle leaves either database in place, whole.</remarks>
    /// <param name="file">The backup.</param>
    /// <param name="folder">The data folder; made where it is missing.</param>
    /// <param name="now">Names the copy of the previous database.</param>
    /// <returns>Where the previous database was kept; null where there was none.</returns>
    /// <exception cref="StoreLockedException">A process holds the folder.</exception>
    /// <exception cref="BackupException">The file is missing or damaged, or a file could not be written.</exception>
    /// <exception cref="SchemaTooNewException">A newer version wrote the backup.</exception>
    /// <exception cref="MigrationChangedException">The backup is of another form of the schema.</exception>
    public static string? Restore(string file, string folder, DateTimeOffset now)
    {
        using var taken = StoreFolder.Take(folder);
        var source = Existing(Path.GetFullPath(file));
        var incoming = taken.Database + ".restoring";
        try
        {
            // The copy is what is verified, so that what was verified is what is put in place.
            Remove(incoming);
            File.Copy(source, incoming);
            Flush(incoming);
            Verify(incoming, source, now);
            var previous = SetAside(taken.Database, now);
            File.Move(incoming, taken.Database, overwrite: true);
            return previous;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"'{source}' could not be restored to '{taken.Path}': {e.Message}", e);
        }
        finally
        {
            Remove(incoming);
        }
    }

    /// <summary>Looks for damage, beside the process that holds the folder or without one.</summary>
    /// <param name="folder">The data folder.</param>
    /// <exception cref="BackupException">There is no database.</exception>
    public static CheckReport Check(string folder) => SqliteCheck.Run(Existing(StoreFolder.DatabaseIn(folder)));

    private static string Existing(string file) =>
        File.Exists(file) ? file : throw new NothingStoredException(file);

    /// <summary>Brings the copy to the schema of today, and looks for damage.</summary>
    private static void Verify(string copy, string source, DateTimeOffset now)
    {
        try
        {
            using var connection = Connection.OpenWriter(copy);
            if (Migrations.Verify(connection, source, Migrations.All) == 0)
            {
                throw new BackupException($"'{source}' is an empty database");
            }

            Migrations.Apply(connection, source, Migrations.All, now);
        }
        catch (SqliteFailure failure)
        {
            throw new BackupException($"'{source}' is not a backup of this program: {failure.Text}", failure);
        }

        var report = SqliteCheck.Run(copy);
        if (!report.Ok)
        {
            throw new BackupException($"'{source}' is damaged: {report.Findings[0]}");
        }
    }

    /// <summary>Copies the database that is there, then empties its log, so that only the one file is left to replace.</summary>
    private static string? SetAside(string database, DateTimeOffset now)
    {
        if (!File.Exists(database))
        {
            Remove(database);
            return null;
        }

        try
        {
            using var connection = Connection.OpenWriter(database);
            connection.Prepare("PRAGMA wal_checkpoint(TRUNCATE)").Execute();
        }
        catch (SqliteFailure)
        {
            // Too damaged to open: it is kept as it is, with its log.
        }

        var aside = $"{database}.before-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}";
        File.Copy(database, aside);
        if (File.Exists(database + "-wal"))
        {
            File.Copy(database + "-wal", aside + "-wal");
        }

        File.Delete(database + "-wal");
        File.Delete(database + "-shm");
        return aside;
    }

    private static void Remove(string database)
    {
        File.Delete(database);
        File.Delete(database + "-wal");
        File.Delete(database + "-shm");
    }

    private static void Flush(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Flush(flushToDisk: true);
    }
}
