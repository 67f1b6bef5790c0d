using MarketManager.Actors.Venues;
using MarketManager.Venues.Tests.Support;

namespace MarketManager.Venues.Tests.Ccxt;

public class CatalogTests
{
    [Fact]
    public async Task All_venues_of_ccxt_and_the_simulator_are_listed_with_what_they_can_do()
    {
        await using var venues = TestVenues.Start();
        Assert.Empty(venues.Catalog.All);
        await venues.Catalog.Ready;
        var all = venues.Catalog.All;

        Assert.Equal(105, all.Count);
        Assert.Equal(all.Keys.Order(StringComparer.Ordinal), all.Keys);
        var ccxt = all.Values.Where(venue => venue.Id != "sim").ToList();
        Assert.Equal(16, ccxt.Count(venue => venue.Has["fetchTickers"] == VenueCapability.No));
        Assert.Equal(15, ccxt.Count(venue => venue.Has["spot"] == VenueCapability.No));

        var binance = all["binance"];
        Assert.Equal(("Binance", "https://www.binance.com", 50), (binance.Name, binance.Url, binance.RateLimit));
        Assert.Equal("https://api.binance.com/api/v3", binance.ApiUrl);
        Assert.Equal(VenueCapability.Yes, binance.Has["fetchTickers"]);
        Assert.Contains(all.Values, venue => venue.Has.Values.Contains(VenueCapability.Emulated));

        Assert.Equal(VenueCapability.Yes, all["sim"].Has["fetchTickers"]);
        Assert.Equal(VenueCapability.No, all["sim"].Has["createOrder"]);
        Assert.Empty(await venues.Catalog.Budgets(CancellationToken.None));
    }
}
