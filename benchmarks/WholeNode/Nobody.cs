using MarketManager.Actors.Venues;

namespace MarketManager.Benchmarks.WholeNode;

/// <summary>No venue is asked.</summary>
internal sealed class Nobody : IMarketSource, IVenueCatalog
{
    public IReadOnlyDictionary<string, VenueInfo> All { get; } = new Dictionary<string, VenueInfo>();

    public Task Ready => Task.CompletedTask;

    public ValueTask<IReadOnlyDictionary<string, VenueBudgetStatus>> Budgets(CancellationToken cancellationToken) =>
        new(new Dictionary<string, VenueBudgetStatus>());

    public Task<VenueMarkets> Gather(MarketFeedKey feed, CancellationToken cancellationToken) => throw new NotSupportedException();
}
