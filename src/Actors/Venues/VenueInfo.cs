namespace MarketManager.Actors.Venues;

/// <summary>What is known of a venue without asking it.</summary>
/// <param name="Id">The ccxt id, or a native connector's.</param>
/// <param name="Name">For people.</param>
/// <param name="Countries">ISO 3166 codes; may be empty.</param>
/// <param name="Url">Its site; null where ccxt knows none.</param>
/// <param name="ApiUrl">Its API; null where ccxt knows none.</param>
/// <param name="Logo">Null where ccxt knows none.</param>
/// <param name="Doc">Documentation; null where ccxt knows none.</param>
/// <param name="RateLimit">Milliseconds per unit of cost, ccxt's <c>rateLimit</c>.</param>
/// <param name="Has">ccxt's capabilities: true, false or emulated.</param>
public sealed record VenueInfo(
    string Id,
    string Name,
    IReadOnlyList<string> Countries,
    string? Url,
    string? ApiUrl,
    string? Logo,
    string? Doc,
    double RateLimit,
    IReadOnlyDictionary<string, VenueCapability> Has);

/// <summary>Whether a venue can do something.</summary>
public enum VenueCapability
{
    /// <summary>It cannot.</summary>
    No,

    /// <summary>It can.</summary>
    Yes,

    /// <summary>ccxt puts it together from other requests.</summary>
    Emulated,
}

/// <summary>What may still be asked of a venue from here.</summary>
/// <param name="Limit">Weight per minute, in the venue's own weights.</param>
/// <param name="Used">Weight used in the last minute; of a cluster, what all nodes were granted when this one last claimed.</param>
/// <param name="BlockedUntil">The venue said to ask nothing before then; else null.</param>
public sealed record VenueBudgetStatus(double Limit, double Used, DateTimeOffset? BlockedUntil)
{
    /// <summary>How this node shares it with others.</summary>
    public BudgetSharing Sharing { get; init; }
}

/// <summary>How a node shares its budgets.</summary>
public enum BudgetSharing
{
    /// <summary>It is alone.</summary>
    None,

    /// <summary>With a cluster.</summary>
    Shared,

    /// <summary>With a cluster whose ledger cannot be reached: it spends what it was granted, then waits.</summary>
    Away,
}

/// <summary>The venues there are.</summary>
public interface IVenueCatalog
{
    /// <summary>All venues by id, in order of id; empty until the first worker has told.</summary>
    IReadOnlyDictionary<string, VenueInfo> All { get; }

    /// <summary>Completes when <see cref="All"/> is filled.</summary>
    Task Ready { get; }

    /// <summary>The budgets of those venues that something was asked of, by any node of a cluster, by the venue's id.</summary>
    ValueTask<IReadOnlyDictionary<string, VenueBudgetStatus>> Budgets(CancellationToken cancellationToken);
}

/// <summary>A worker process as it is shown.</summary>
/// <param name="Pid">Null while it is being started.</param>
/// <param name="State">starting, ready, hung or stopped.</param>
/// <param name="Exchanges">How many feeds live in it.</param>
/// <param name="Restarts">How often it had to be started again.</param>
/// <param name="Memory">Resident bytes.</param>
public sealed record WorkerStatus(int? Pid, string State, int Exchanges, long Restarts, long Memory);

/// <summary>Shows the worker processes.</summary>
public interface IWorkerReport
{
    /// <summary>All workers of this node.</summary>
    IReadOnlyList<WorkerStatus> Workers { get; }
}
