using MarketManager.Kernel;

namespace MarketManager.Storage.Sqlite;

/// <summary>Another process works on the data folder.</summary>
/// <param name="folder">The data folder.</param>
/// <param name="processId">Who holds it; null where that is not known.</param>
public sealed class StoreLockedException(string folder, int? processId) : StoreException(
    $"the data folder '{folder}' is in use by {(processId is { } id ? $"process {id}" : "another process")}; "
    + "stop that one, or name another folder with --data")
{
    /// <summary>Who holds the folder; null where that is not known.</summary>
    public int? ProcessId { get; } = processId;
}

/// <summary>The data folder cannot be used: not a folder, or not writable.</summary>
public sealed class StoreFolderException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>The database file is damaged, or no database.</summary>
/// <param name="path">The file.</param>
/// <param name="inner">What the engine said.</param>
public sealed class StoreCorruptException(string path, Exception? inner = null) : StoreException(
    $"'{path}' is damaged or not a database ({inner?.Message}); look at it with 'marketmanager storage check', "
    + "and restore a backup with 'marketmanager storage restore'",
    inner);

/// <summary>A backup cannot be made, or is not one that can be restored.</summary>
public class BackupException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>There is nothing to back up, to restore or to check.</summary>
public sealed class NothingStoredException(string file) : BackupException($"there is no '{file}'");

/// <summary>The file that was to be made is there already; it is never written over.</summary>
public sealed class BackupExistsException(string file) : BackupException($"'{file}' is there already; name a new file");
