namespace MarketManager.Storage.PostgreSql;

/// <summary>Where the store is and how much may wait for it.</summary>
public sealed record PostgresOptions
{
    /// <summary>
    /// As Npgsql takes it: <c>Host=...;Username=...;Password=...;Database=...</c>. A direct connection, with no pooler in between.
    /// </summary>
    public required string ConnectionString { get; init; }

    /// <summary>Writes that wait for each writing connection; when that many wait, callers wait too. Nothing is dropped. Default 8,192.</summary>
    public int WriteQueueCapacity { get; init; } = 8192;

    /// <summary>Writes that share a transaction at most. Default 1,024.</summary>
    public int MaxBatch { get; init; } = 1024;

    /// <summary>Connections that read at the same time, besides the one of recovery; when all are busy, callers wait. Default 8.</summary>
    public int Readers { get; init; } = 8;

    /// <summary>How long a write waits for a store that has gone, before it fails. Default 1 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a write may take that was sent, and how long the store is asked then what became of it, before it fails as
    /// unknown. Default 10 s.</summary>
    public TimeSpan UnknownPatience { get; init; } = TimeSpan.FromSeconds(10);
}
