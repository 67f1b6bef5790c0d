using MarketManager.Actors.Venues;

namespace MarketManager.Actors.Tests.Harness;

/// <summary>Three venues.</summary>
internal sealed class FakeVenues : IVenueCatalog
{
    public IReadOnlyDictionary<string, VenueInfo> All { get; } = new SortedDictionary<string, VenueInfo>(StringComparer.Ordinal)
    {
        ["binance"] = Venue("binance"),
        ["kraken"] = Venue("kraken"),
        ["okx"] = Venue("okx"),
    };

    public Task Ready => Task.CompletedTask;

    public ValueTask<IReadOnlyDictionary<string, VenueBudgetStatus>> Budgets(CancellationToken cancellationToken) =>
        new(new Dictionary<string, VenueBudgetStatus>());

    private static VenueInfo Venue(string id) => new(
        id,
        id,
        [],
        $"https://{id}.test",
        $"https://api.{id}.test",
        $"https://{id}.test/logo.png",
        null,
        50,
        new Dictionary<string, VenueCapability>());
}
