using MarketManager.Actors.Venues;

namespace MarketManager.Venues.Limits;

/// <summary>With whom a node shares its budgets.</summary>
/// <param name="Ledger">Grants slices of them.</param>
/// <param name="Egress">The name of the address that this node's requests go out from, where no proxy is between; nodes that
/// share the address share the name.</param>
public sealed record ClusterBudgets(IBudgetLedger Ledger, string Egress)
{
    /// <summary>The address that the cluster knows a key by.</summary>
    internal string EgressOf(BudgetKey key) => key.Egress.Length == 0 ? Egress : key.Egress;

    /// <summary>Whether a block is meant for a key.</summary>
    internal bool Concerns(BudgetBlock block, BudgetKey key) => block.Venue == key.Venue && block.Egress == EgressOf(key);
}
