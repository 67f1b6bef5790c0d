using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Lists;
using MarketManager.Actors.Markets;
using MarketManager.Kernel;
using Xunit;
using static MarketManager.Storage.Tests.Contract.Samples;

namespace MarketManager.Storage.Tests.Contract;

public abstract class MarketContract(Func<StoreUnderTest> create) : StoreContract(create)
{
    private static readonly MarketFilter Any = new("default");

    [Fact]
    public async Task Market_comes_back_exactly()
    {
        MarketRow full = new("ÆTH/USDT:USDT", "USDT-ÆTH", "swap", "USDT", "ÆTH", 79228162514264337593543950335m, -0.5m, 1.10m, 0.0000000000000000000000000001m, 0m, false, Noon.AddMilliseconds(1));
        MarketRow empty = new("X/Y", "Y-X", "spot", "Y", "X", null, null, null, null, null, null, null);
        await Given(1, 1, full, empty);
        await Store.Reopen();

        var markets = (await List(Any)).Items;

        Assert.Equal([new MarketView(1, Noon, empty), new MarketView(1, Noon, full)], markets);
        Assert.Equal("1.10", markets[1].Row.Last!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Newer_run_replaces_all_and_removes_what_it_does_not_name()
    {
        await Given(1, 1, Market("BTC", 100m), Market("ETH", 50m), Market("GONE", 1m), Market("SAME", 7m));
        MarketRow[] brought = [Market("ETH", 5000m), Market("BTC", 100m) with { Last = null, Bid = 2m }, Market("NEW", 3m), Market("SAME", 7m)];
        await Store.Write(new MarketsReplaced(1, 2, Noon.AddMinutes(1), brought));

        Assert.Equal(
            brought.OrderBy(market => market.Symbol, StringComparer.Ordinal).Select(market => new MarketView(1, Noon.AddMinutes(1), market)),
            (await List(Any)).Items);
    }

    [Fact]
    public async Task Every_field_of_a_market_can_change()
    {
        var before = Market("BTC", 100m);
        MarketRow[] after =
        [
            before with { Name = "N" }, before with { Type = "swap" }, before with { Base = "B" }, before with { Quote = "Q" },
            before with { Volume = 1m }, before with { VolumeUsd = 100.5m }, before with { VolumeUsd = null }, before with { Last = 1.1m },
            before with { Bid = null }, before with { Ask = 0m }, before with { Active = false }, before with { Active = null },
            before with { VenueTime = Noon.AddMilliseconds(1) }, before with { VenueTime = null },
        ];
        await Given(1, 1, before);

        for (var i = 0; i < after.Length; i++)
        {
            await Store.Write(new MarketsReplaced(1, i + 2, Noon, [after[i]]));
            Assert.Equal(after[i], Assert.Single((await List(Any)).Items).Row);
        }
    }

    [Fact]
    public async Task Older_run_changes_nothing()
    {
        await Given(1, 5, Market("BTC", 100m));
        await Store.Write(new MarketsReplaced(1, 4, Noon.AddMinutes(1), [Market("ETH", 1m)]));

        Assert.Equal([new MarketView(1, Noon, Market("BTC", 100m))], (await List(Any)).Items);
    }

    [Fact]
    public async Task Run_that_brings_nothing_removes_all()
    {
        await Given(1, 1, Market("BTC"));
        await Store.Write(new MarketsReplaced(1, 2, Noon, []));

        Assert.Equal(0, (await List(Any)).Count);
    }

    [Fact]
    public async Task Symbol_that_comes_twice_is_refused_with_all_others()
    {
        await Given(1, 1, Market("BTC"));

        Assert.Equal("market_symbol", await Rule(new MarketsReplaced(1, 2, Noon, [Market("ETH"), Market("ETH")])));
        Assert.Equal(["BTC/USDT"], await Symbols(Any));
    }

    [Fact]
    public async Task Markets_of_an_exchange_that_is_not_there_are_refused() =>
        Assert.Equal("exchange_missing", await Rule(new MarketsReplaced(9, 1, Noon, [Market("BTC")])));

    [Fact]
    public async Task Filters_are_exact_and_combine()
    {
        await Given(1, 1, Market("BTC", 1000m), Market("ETH", 100m), Market("ETH", 10m, "BTC"), Market("XRP") with { Active = false });
        await Given(2, 1, Market("ETH", 99.99m, type: "swap") with { Active = null });
        await Store.Write(new ExchangeInserted(Exchange(3) with { Tenant = "other" }), new MarketsReplaced(3, 1, Noon.AddHours(1), [Market("DOT", 5m)]));

        Assert.Equal(["BTC/USDT", "ETH/BTC", "ETH/USDT", "XRP/USDT", "ETH/USDT"], await Symbols(Any));
        Assert.Equal(["DOT/USDT"], await Symbols(new MarketFilter("other")));
        Assert.Equal(["ETH/USDT"], await Symbols(Any with { ExchangeId = 2 }));
        Assert.Equal(["ETH/USDT"], await Symbols(Any with { ExchangeName = "exchange 2" }));
        Assert.Empty(await Symbols(Any with { ExchangeName = "nobody" }));
        Assert.Empty(await Symbols(Any with { ExchangeId = 3 }));
        Assert.Equal(["ETH/BTC"], await Symbols(Any with { Name = "BTC-ETH" }));
        Assert.Equal(["BTC/USDT"], await Symbols(Any with { Symbol = "BTC/USDT" }));
        Assert.Empty(await Symbols(Any with { Symbol = "btc/usdt" }));
        Assert.Equal(["ETH/BTC"], await Symbols(Any with { Base = "BTC" }));
        Assert.Equal(["ETH/BTC", "ETH/USDT", "ETH/USDT"], await Symbols(Any with { Quote = "ETH" }));
        Assert.Equal(["ETH/USDT"], await Symbols(Any with { Type = "swap" }));
        Assert.Equal(["XRP/USDT"], await Symbols(Any with { Active = false }));
        Assert.Equal(["BTC/USDT", "ETH/USDT"], await Symbols(Any with { MinVolumeUsd = 100m }));
        Assert.Equal(["ETH/BTC", "ETH/USDT", "ETH/USDT"], await Symbols(Any with { MinVolumeUsd = 10m, Quote = "ETH" }));
        Assert.Empty(await Symbols(Any with { UpdatedSince = Noon.AddMilliseconds(1) }));
        Assert.Equal(5, (await List(Any with { UpdatedSince = Noon })).Count);
    }

    [Fact]
    public async Task Volume_orders_as_a_number_with_nulls_last_either_way()
    {
        decimal?[] volumes = [null, 0m, -3m, -20m, 0.001m, 9m, 10m, 10.5m, 1_000_000m, 1_000_001m, 999_999m];
        await Given(1, 1, [.. volumes.Select((volume, i) => Market($"M{i:00}", volume))]);

        var up = (await List(Any, new OrderBy("volume_usd", false))).Items.Select(market => market.Row.VolumeUsd);
        var down = (await List(Any, new OrderBy("volume_usd", true))).Items.Select(market => market.Row.VolumeUsd);

        Assert.Equal(volumes.Where(v => v is not null).Order().Append(null), up);
        Assert.Equal(volumes.Where(v => v is not null).OrderDescending().Append(null), down);
    }

    [Fact]
    public async Task Ties_are_by_exchange_and_symbol()
    {
        await Given(2, 1, Market("A", 1m), Market("C", 1m));
        await Given(1, 1, Market("B", 1m), Market("D", 2m));

        var order = (await List(Any, new OrderBy("volume_usd", true))).Items.Select(market => (market.Exchange, market.Row.Quote));

        Assert.Equal([(1L, "D"), (1, "B"), (2, "A"), (2, "C")], order);
    }

    [Fact]
    public async Task Every_order_field_orders_and_nulls_are_last()
    {
        await Given(1, 1, Market("BTC", 5m), new MarketRow("X/Y", "Y-X", "spot", "Y", "X", null, null, null, null, null, null, null));
        string[] nullable = ["volume", "volume_usd", "last", "bid", "ask", "active", "venue_time"];
        foreach (var field in IMarketReader.OrderFields)
        {
            foreach (var descending in (bool[])[false, true])
            {
                var symbols = (await List(Any, new OrderBy(field, descending))).Items.Select(market => market.Row.Symbol).ToList();
                Assert.Equal(2, symbols.Count);
                Assert.True(!nullable.Contains(field) || symbols[1] == "X/Y", field);
            }
        }
    }

    [Fact]
    public async Task Pages_and_streams_agree()
    {
        await Given(1, 1, [.. Enumerable.Range(0, 700).Select(i => Market($"M{i:000}", i % 7 == 0 ? null : i % 50))]);
        OrderBy[] order = [new OrderBy("volume_usd", true)];

        var paged = new List<MarketView>();
        for (var offset = 0; offset < 700; offset += 100)
        {
            paged.AddRange((await Store.Markets.List(Any, new Paging(100, offset, order), default)).Items);
        }

        var streamed = new List<MarketView>();
        await foreach (var market in Store.Markets.Stream(Any, new Paging(null, 0, order), default))
        {
            streamed.Add(market);
        }

        Assert.Equal(paged, streamed);
        Assert.Equal(700, paged.Distinct().Count());
    }

    private async Task Given(long exchange, long run, params MarketRow[] markets) =>
        await Store.Write(new ExchangeInserted(Exchange(exchange)), new MarketsReplaced(exchange, run, Noon, markets));

    private async Task<string> Rule(object row) => (await Assert.ThrowsAsync<RowConflictException>(async () => await Store.Write(row))).Rule;

    private ValueTask<Page<MarketView>> List(MarketFilter filter, params OrderBy[] order) =>
        Store.Markets.List(filter, new Paging(100, 0, order), default);

    private async Task<List<string>> Symbols(MarketFilter filter) => [.. (await List(filter)).Items.Select(market => market.Row.Symbol)];
}
