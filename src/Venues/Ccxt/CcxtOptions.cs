namespace MarketManager.Venues.Ccxt;

/// <summary>How ccxt's worker processes are run.</summary>
public sealed record CcxtOptions
{
    /// <summary>Path of <c>workers/ccxt/main.mjs</c>, with ccxt installed beside it.</summary>
    public required string WorkerScript { get; init; }

    /// <summary>How many processes; feeds are spread over them. Default 2, at least 1.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>How long either side may be silent before the other takes it for dead. Default 10 s.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often each side says that it is alive. Default 1 s.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a process may take to start. Default 30 s.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Resident memory above which a process is replaced, in MiB; its heap gets three quarters. Default 1,024.</summary>
    public int MemoryMegabytes { get; init; } = 1_024;

    /// <summary>The Node executable, by name or path. Default "node".</summary>
    public string Node { get; init; } = "node";

    /// <summary>Silent heartbeats that make a lease.</summary>
    internal int LeaseTicks => Math.Max(2, (int)Math.Ceiling(Lease / Heartbeat));
}
