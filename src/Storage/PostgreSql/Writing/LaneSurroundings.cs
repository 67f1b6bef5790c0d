using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Sessions;
using Microsoft.Extensions.Logging;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>What the lanes of a node have in common.</summary>
/// <param name="Servers">Where the store is.</param>
/// <param name="Options">How much may wait, and for how long.</param>
/// <param name="Incarnation">Who writes.</param>
/// <param name="World">Time.</param>
/// <param name="Metrics">Counts.</param>
/// <param name="Acknowledged">Told of all that is committed before its writer is.</param>
/// <param name="Log">Says what fails.</param>
/// <param name="Condemned">Called when the store refuses this incarnation for good; maybe more than once.</param>
internal sealed record LaneSurroundings(
    PostgresServers Servers,
    PostgresOptions Options,
    Guid Incarnation,
    World World,
    StoreMetrics Metrics,
    Acknowledged Acknowledged,
    ILogger Log,
    Action<Guid> Condemned)
{
    /// <summary>Called when a session was opened: it may lead to a server that was promoted, and knows less.</summary>
    public Action Connected { get; init; } = static () => { };

    public string ApplicationName => $"mm {Incarnation}";
}
