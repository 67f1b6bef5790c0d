namespace MarketManager.Simulator.Tests;

public sealed class DeterminismTests
{
    private static readonly string[] Paths =
    [
        "/api/v3/exchangeInfo",
        "/api/v3/ticker/24hr",
        "/api/v3/ticker/24hr?symbol=ETHBTC",
        "/api/v3/ticker/price",
        "/api/v3/ticker/bookTicker",
        "/api/v3/depth?symbol=BTCUSDT&limit=500",
        "/api/v3/trades?symbol=BTCUSDT",
        "/api/v3/aggTrades?symbol=DOGEUSDT",
        "/api/v3/klines?symbol=BTCUSDT&interval=1h",
        "/api/v3/avgPrice?symbol=BTCUSDT",
    ];

    [Fact]
    public async Task Two_starts_with_one_seed_give_the_same_day()
    {
        var at = Venue.Start.AddMilliseconds(4_321);
        await using var one = await Venue.Open(seed: 7, at: at);
        // The other one has lived through a night before, forward and back, and arrives at the same instant.
        await using var other = await Venue.Open(seed: 7, at: at.AddHours(-11));
        await other.Bytes("/api/v3/ticker/24hr");
        other.Clock.Advance(TimeSpan.FromHours(15));
        await other.Bytes("/api/v3/ticker/24hr");
        other.Clock.SetUtcNow(at.AddMinutes(-1));
        await other.Bytes("/api/v3/ticker/24hr");
        other.Clock.SetUtcNow(at);
        foreach (var path in Paths)
        {
            Assert.Equal(await one.Bytes(path), await other.Bytes(path));
        }
    }

    [Fact]
    public async Task Another_seed_gives_another_day_on_the_same_markets()
    {
        await using var one = await Venue.Open(seed: 1);
        await using var other = await Venue.Open(seed: 2);
        Assert.Equal(await one.Bytes("/api/v3/exchangeInfo"), await other.Bytes("/api/v3/exchangeInfo"));
        foreach (var path in Paths.Skip(1))
        {
            Assert.NotEqual(await one.Bytes(path), await other.Bytes(path));
        }
    }

    [Fact]
    public async Task More_symbols_leave_the_prices_of_the_others_as_they_are()
    {
        await using var few = await Venue.Open(symbols: 50);
        await using var many = await Venue.Open(symbols: 3000);
        var (left, right) = (await few.Get("/api/v3/ticker/24hr"), await many.Get("/api/v3/ticker/24hr"));
        Assert.Equal(left.EnumerateArray().Select(x => x.GetRawText()), right.EnumerateArray().Take(50).Select(x => x.GetRawText()));
    }
}
