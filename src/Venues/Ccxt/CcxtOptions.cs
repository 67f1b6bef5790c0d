namespace MarketManager.Venues.Ccxt;

/// <summary>How ccxt's worker processes are run.</summary>
public sealed record CcxtOptions
{
    /// <summary>Path of <c>workers/ccxt/main.mjs</c>, with ccxt installed beside it.</summary>
    public required string WorkerScript { get; init; }

    /// <summary>How many processes; feeds are spread over them. Default 2, at least 1.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>How long a worker goes on without a sign of life from this process; then it ends itself. Default 10 s, at least two heartbeats.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a worker may be silent before it is taken for hung, and replaced. Default 10 s, at least two heartbeats.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often each side says that it is alive. Default 1 s.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a process may take to start. Default 30 s.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Resident memory above which a process is replaced, in MiB; its heap gets three quarters. Default 1,024.</summary>
    public int MemoryMegabytes { get; init; } = 1_024;

    /// <summary>The Node executable, by name or path. Default "node".</summary>
    public string Node { get; init; } = "node";

    /// <summary>Silent heartbeats that use up the patience.</summary>
    internal int PatienceTicks => Math.Max(2, (int)Math.Ceiling(Patience / Heartbeat));

    /// <summary>
    /// The same for a member of a cluster: when another node takes over what a frozen one has, the workers of that one are gone, or
    /// about to go. No shorter than two heartbeats, of which one may be late.
    /// </summary>
    /// <param name="lease">The cluster's.</param>
    public CcxtOptions Within(TimeSpan lease)
    {
        var shorter = lease < Lease ? lease : Lease;
        return this with { Lease = shorter > 2 * Heartbeat ? shorter : 2 * Heartbeat };
    }
}
