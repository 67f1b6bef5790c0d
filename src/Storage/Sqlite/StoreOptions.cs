namespace MarketManager.Storage.Sqlite;

/// <summary>Where the store lives and how much it may hold back.</summary>
public sealed record StoreOptions
{
    /// <summary>The data folder, on a local file system; made (mode 0700) where it is missing.</summary>
    public required string Folder { get; init; }

    /// <summary>Writes that wait for the writer; when that many wait, callers wait too. Nothing is dropped. Default 8,192.</summary>
    public int WriteQueueCapacity { get; init; } = 8192;

    /// <summary>Writes that share a transaction at most. Default 1,024.</summary>
    public int MaxBatch { get; init; } = 1024;

    /// <summary>Connections that read at the same time; when all are busy, callers wait. Default: twice the cores, at least 4.</summary>
    public int Readers { get; init; } = Math.Max(4, 2 * Environment.ProcessorCount);
}
