namespace MarketManager.Cli.Wire;

/// <summary>The node and its cluster, as <c>/api/status/</c> shows them; what the store cannot tell now is null.</summary>
internal sealed record NodeStatus(
    string Status,
    string Version,
    string Environment,
    string Node,
    DateTimeOffset Started,
    double UptimeSeconds,
    bool? Paused,
    IReadOnlyList<ClusterNode> Nodes,
    ExchangeTotals? Exchanges,
    RunTotals? Runs,
    StorageStatus Storage,
    IReadOnlyList<Worker> Workers);

/// <summary>A member of the cluster.</summary>
internal sealed record ClusterNode(
    string Name, string? Id, string? Address, IReadOnlyList<string>? Roles, string State, DateTimeOffset? Since, long? Actors);

/// <summary>How many exchanges there are, by state.</summary>
internal sealed record ExchangeTotals(long Total, long Enabled, long Running, long Stale, long Failing);

/// <summary>How the runs of the last hour ended, on the whole cluster.</summary>
internal sealed record RunTotals(long Succeeded, long Failed, long Crashed, long Stale, decimal PerMinute);

/// <summary>What the store says of itself.</summary>
internal sealed record StorageStatus(string Engine, string? Version, bool Ok, string? Detail);

/// <summary>A worker process; no pid while it is being started.</summary>
internal sealed record Worker(int? Pid, string State, long Exchanges, long Restarts, long? Memory);
