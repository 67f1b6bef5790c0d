using MarketManager.Actors.Venues;
using MarketManager.Kernel;

namespace MarketManager.Venues.Limits;

/// <summary>How the budgets of a cluster stand, for nodes that do not use them; asked for at most once a second, and only when somebody wants to know.</summary>
internal sealed class LedgerLook(IBudgetLedger ledger, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task<Seen>? _look;
    private long _began;

    /// <summary>All that are kept; none while the ledger does not answer within a second.</summary>
    public async ValueTask<Seen> Look(CancellationToken cancellationToken)
    {
        Task<Seen> look;
        TimeSpan patience;
        lock (_gate)
        {
            if (_look is null || (_look.IsCompleted && time.GetElapsedTime(_began) >= Fresh))
            {
                (_look, _began) = (See(), time.GetTimestamp());
            }

            look = _look;
            patience = Fresh - time.GetElapsedTime(_began);
        }

        try
        {
            return await look.WaitAsync(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, time, cancellationToken);
        }
        catch (Exception e) when (e is StoreException or TimeoutException)
        {
            return new Seen([], default);
        }
    }

    private async Task<Seen> See() => new(await ledger.Look(CancellationToken.None), time.GetUtcNow());

    /// <summary>What a look brought.</summary>
    /// <param name="Uses">Of each account.</param>
    /// <param name="At">When, UTC.</param>
    public sealed record Seen(IReadOnlyList<BudgetUse> Uses, DateTimeOffset At);
}
