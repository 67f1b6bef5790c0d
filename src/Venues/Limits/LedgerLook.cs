using MarketManager.Actors.Venues;
using MarketManager.Kernel;

namespace MarketManager.Venues.Limits;

/// <summary>How the budgets of a cluster stand, for nodes that do not use them; asked for at most once a second, and only when somebody wants to know.</summary>
internal sealed class LedgerLook(IBudgetLedger ledger, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task<IReadOnlyList<BudgetUse>>? _look;
    private long _at;

    /// <summary>All that are kept; none while the ledger cannot be reached.</summary>
    public async ValueTask<IReadOnlyList<BudgetUse>> Look(CancellationToken cancellationToken)
    {
        Task<IReadOnlyList<BudgetUse>> look;
        lock (_gate)
        {
            if (_look is null || (_look.IsCompleted && time.GetElapsedTime(_at) >= Fresh))
            {
                (_look, _at) = (ledger.Look(CancellationToken.None), time.GetTimestamp());
            }

            look = _look;
        }

        try
        {
            return await look.WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception e) when (e is StoreException or TimeoutException)
        {
            return [];
        }
    }
}
