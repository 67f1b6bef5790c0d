using System.Text.Json;

namespace MarketManager.Simulator.Tests;

public sealed class CandleTests
{
    private static readonly long StartMs = Venue.Start.ToUnixTimeMilliseconds();

    [Theory]
    [InlineData("BTCUSDT")]
    [InlineData("ETHBTC")]
    [InlineData("PEPEUSDT")]
    public async Task The_candles_of_24_hours_add_up_to_the_ticker(string symbol)
    {
        await using var venue = await Venue.Open();
        var ticker = await venue.Get("/api/v3/ticker/24hr?symbol=" + symbol);
        foreach (var (interval, limit) in new[] { ("5m", 288), ("15m", 96), ("1h", 24), ("12h", 2) })
        {
            var candles = (await venue.Get($"/api/v3/klines?symbol={symbol}&interval={interval}&limit={limit}&endTime={StartMs - 1}"))
                .EnumerateArray().ToList();
            Assert.Equal(limit, candles.Count);
            Assert.Equal(ticker.Long("openTime"), candles[0][0].GetInt64());
            Assert.Equal(ticker.Long("closeTime"), candles[^1][6].GetInt64() + 1);
            Assert.Equal(ticker.Decimal("openPrice"), candles[0][1].Decimal());
            Assert.Equal(ticker.Decimal("highPrice"), candles.Max(x => x[2].Decimal()));
            Assert.Equal(ticker.Decimal("lowPrice"), candles.Min(x => x[3].Decimal()));
            Assert.Equal(ticker.Decimal("lastPrice"), candles[^1][4].Decimal());
            Assert.Equal(ticker.Decimal("volume"), candles.Sum(x => x[5].Decimal()));
            Assert.Equal(ticker.Long("count"), candles.Sum(x => x[8].GetInt64()));
        }
    }

    [Theory]
    [InlineData("1s", 1)]
    [InlineData("1m", 60)]
    [InlineData("3m", 180)]
    [InlineData("5m", 300)]
    [InlineData("15m", 900)]
    [InlineData("30m", 1800)]
    [InlineData("1h", 3600)]
    [InlineData("2h", 7200)]
    [InlineData("4h", 14400)]
    [InlineData("6h", 21600)]
    [InlineData("8h", 28800)]
    [InlineData("12h", 43200)]
    [InlineData("1d", 86400)]
    [InlineData("3d", 259200)]
    [InlineData("1w", 604800)]
    public async Task Candles_follow_one_another_without_a_gap(string interval, int seconds)
    {
        await using var venue = await Venue.Open(at: Venue.Start.AddSeconds(7.5));
        var candles = (await venue.Get($"/api/v3/klines?symbol=BTCUSDT&interval={interval}&limit=5")).EnumerateArray().ToList();
        Assert.Equal(5, candles.Count);
        foreach (var (earlier, later) in candles.Zip(candles.Skip(1)))
        {
            Assert.Equal(earlier[0].GetInt64() + (seconds * 1000L), later[0].GetInt64());
            Assert.Equal(earlier[6].GetInt64() + 1, later[0].GetInt64());
            Assert.Equal(earlier[4].Decimal(), later[1].Decimal());
        }

        Assert.InRange(StartMs + 7_500, candles[^1][0].GetInt64(), candles[^1][6].GetInt64());
        Assert.All(candles, x => Assert.Equal(12, x.GetArrayLength()));
    }

    [Fact]
    public async Task Weeks_begin_on_monday_and_months_on_the_first()
    {
        await using var venue = await Venue.Open();
        Assert.Equal(new DateTimeOffset(2026, 11, 16, 0, 0, 0, TimeSpan.Zero), await Open("1w"));
        Assert.Equal(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), await Open("1M"));

        async Task<DateTimeOffset> Open(string interval) => DateTimeOffset.FromUnixTimeMilliseconds(
            (await venue.Get($"/api/v3/klines?symbol=BTCUSDT&interval={interval}&limit=1"))[0][0].GetInt64());
    }

    [Fact]
    public async Task A_start_time_gives_the_first_candles_from_it_and_an_end_time_cuts_them_off()
    {
        await using var venue = await Venue.Open();
        var hourAgo = StartMs - 3_600_000;
        Assert.Equal([hourAgo, hourAgo + 60_000], await Opens($"startTime={hourAgo - 1}&limit=2"));
        Assert.Equal([hourAgo, hourAgo + 60_000, hourAgo + 120_000], await Opens($"startTime={hourAgo}&endTime={hourAgo + 120_000}"));
        Assert.Equal([StartMs], await Opens($"startTime={StartMs}"));
        Assert.Empty(await Opens($"startTime={StartMs + 1}"));
        Assert.Empty(await Opens($"startTime={StartMs + 86_400_000}"));
        Assert.Empty(await Opens("endTime=1000"));
        Assert.Equal(500, (await Opens("limit=500")).Count);
        Assert.Equal(1000, (await Opens("limit=5000")).Count);

        async Task<List<long>> Opens(string query) =>
            [.. (await venue.Get("/api/v3/klines?symbol=BTCUSDT&interval=1m&" + query)).EnumerateArray().Select(x => x[0].GetInt64())];
    }

    [Fact]
    public async Task A_finished_candle_never_changes()
    {
        await using var venue = await Venue.Open();
        var path = $"/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=5&endTime={StartMs - 1}";
        var before = await venue.Bytes(path);
        venue.Clock.Advance(TimeSpan.FromHours(30));
        Assert.Equal(before, await venue.Bytes(path));
    }

    [Fact]
    public async Task The_trades_of_a_minute_add_up_to_its_candle()
    {
        await using var venue = await Venue.Open();
        var candle = (await venue.Get($"/api/v3/klines?symbol=ADAUSDT&interval=1m&limit=1&endTime={StartMs - 1}"))[0];
        var path = $"/api/v3/aggTrades?symbol=ADAUSDT&startTime={candle[0]}&endTime={candle[6]}&limit=1000";
        var trades = (await venue.Get(path)).EnumerateArray().ToList();
        Assert.Equal(candle[8].GetInt64(), trades.Count);
        Assert.Equal(candle[5].Decimal(), trades.Sum(x => x.Decimal("q")));
        Assert.All(trades, x => Assert.InRange(x.Decimal("p"), candle[3].Decimal(), candle[2].Decimal()));
        Assert.All(trades, x => Assert.InRange(x.Long("T"), candle[0].GetInt64(), candle[6].GetInt64()));
    }

    [Fact]
    public async Task Trades_are_numbered_and_told_alike_by_all_three_routes()
    {
        await using var venue = await Venue.Open();
        var recent = (await venue.Get("/api/v3/trades?symbol=BTCUSDT&limit=3")).EnumerateArray().ToList();
        var ids = recent.Select(x => x.Long("id")).ToList();
        Assert.Equal([ids[0], ids[0] + 1, ids[0] + 2], ids);
        Assert.True(recent[^1].Long("time") <= StartMs);
        Assert.All(recent, x => Assert.Equal(x.Decimal("price") * x.Decimal("qty"), x.Decimal("quoteQty")));
        var historical = (await venue.Get($"/api/v3/historicalTrades?symbol=BTCUSDT&fromId={ids[0]}")).EnumerateArray().ToList();
        Assert.Equal(recent.Select(Raw), historical.Select(Raw));
        var aggregate = (await venue.Get($"/api/v3/aggTrades?symbol=BTCUSDT&fromId={ids[0]}")).EnumerateArray().ToList();
        Assert.Equal(recent.Select(x => (x.Text("price"), x.Text("qty"))), aggregate.Select(x => (x.Text("p"), x.Text("q"))));
        Assert.Empty((await venue.Get($"/api/v3/historicalTrades?symbol=BTCUSDT&fromId={ids[^1] + 1}")).EnumerateArray());

        static string Raw(JsonElement element) => element.GetRawText();
    }

    [Fact]
    public async Task Times_are_in_microseconds_for_a_client_that_asks_for_them()
    {
        await using var venue = await Venue.Open();
        venue.Client.DefaultRequestHeaders.Add("X-MBX-TIME-UNIT", "MICROSECOND");
        Assert.Equal(StartMs * 1000, (await venue.Get("/api/v3/time")).Long("serverTime"));
        Assert.Equal(StartMs * 1000, (await venue.Get("/api/v3/ticker/24hr"))[0].Long("closeTime"));
        var candle = (await venue.Get("/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=1"))[0];
        Assert.Equal((StartMs * 1000, (StartMs + 60_000) * 1000), (candle[0].GetInt64(), candle[6].GetInt64() + 1));
    }
}
