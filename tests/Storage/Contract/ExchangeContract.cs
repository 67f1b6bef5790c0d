using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Lists;
using MarketManager.Actors.Markets;
using MarketManager.Kernel;
using Xunit;
using static MarketManager.Storage.Tests.Contract.Samples;

namespace MarketManager.Storage.Tests.Contract;

public abstract class ExchangeContract(Func<StoreUnderTest> create) : StoreContract(create)
{
    private static readonly ExchangeFilter Any = new("default", null, null, null, null);

    [Fact]
    public async Task Exchange_comes_back_as_it_was_written()
    {
        await Store.Write(new ExchangeInserted(FullExchange(1)), new ExchangeInserted(Exchange(2)));
        await Store.Reopen();

        Assert.Equal([FullExchange(1), Exchange(2)], (await List(Any)).Items);
    }

    [Fact]
    public async Task Half_a_character_is_replaced_by_one_that_can_be_kept()
    {
        await Store.Write(new ExchangeInserted(Exchange(1, "half \ud83c of it")));

        Assert.Equal("half \ufffd of it", Assert.Single((await List(Any)).Items).Name);
    }

    [Fact]
    public async Task Update_replaces_every_field()
    {
        await Store.Write(new ExchangeInserted(Exchange(1)));
        var changed = FullExchange(1) with { Name = "Other", Venue = "kraken", Enabled = false, Interval = 5, Version = 2, Revision = 7 };
        await Store.Write(new ExchangeUpdated(changed));

        Assert.Equal(changed, Assert.Single((await List(Any)).Items));
    }

    [Fact]
    public async Task Update_of_a_missing_exchange_is_refused() =>
        Assert.Equal("exchange_missing", await Rule(new ExchangeUpdated(Exchange(1))));

    [Fact]
    public async Task Name_is_unique_within_a_tenant_without_regard_to_case()
    {
        await Store.Write(new ExchangeInserted(Exchange(1, "Binance")));

        Assert.Equal("exchange_name", await Rule(new ExchangeInserted(Exchange(2, "bINANCE"))));
        await Store.Write(new ExchangeInserted(Exchange(3, "Binance") with { Tenant = "other" }));
    }

    [Fact]
    public async Task Renaming_to_a_taken_name_is_refused()
    {
        await Store.Write(new ExchangeInserted(Exchange(1, "One")), new ExchangeInserted(Exchange(2, "Two")));

        Assert.Equal("exchange_name", await Rule(new ExchangeUpdated(Exchange(2, "ONE"))));
        await Store.Write(new ExchangeUpdated(Exchange(1, "ONE")));
    }

    [Fact]
    public async Task Slug_is_unique()
    {
        await Store.Write(new ExchangeInserted(Exchange(1)));

        Assert.Equal("exchange_slug", await Rule(new ExchangeInserted(Exchange(2) with { Slug = "exchange-1" })));
    }

    [Fact]
    public async Task Removed_exchange_takes_its_markets_along()
    {
        await Store.Write(
            new ExchangeInserted(Exchange(1)), new MarketsReplaced(1, 1, Noon, [Market("BTC")]),
            new ExchangeInserted(Exchange(2)), new MarketsReplaced(2, 1, Noon, [Market("BTC")]));
        await Store.Write(new ExchangeRemoved(1));

        Assert.Equal([2L], (await List(Any)).Items.Select(x => x.Id));
        Assert.Equal([2L], (await Store.Markets.List(new MarketFilter("default"), new Paging(10, 0, []), default)).Items.Select(x => x.Exchange));
    }

    [Fact]
    public async Task Filters_are_exact_and_combine()
    {
        await Store.Write(
            new ExchangeInserted(Exchange(1, "Binance")),
            new ExchangeInserted(Exchange(2, "Kraken") with { Enabled = false, Venue = "kraken" }),
            new ExchangeInserted(Exchange(3) with { Tenant = "other" }),
            new ExchangeInserted(Exchange(4) with { Status = Exchange(4).Status with { State = ExchangeCondition.Failing } }));

        Assert.Equal([1L, 2, 4], await Ids(Any));
        Assert.Equal([2L], await Ids(Any with { Enabled = false }));
        Assert.Equal([2L], await Ids(Any with { Venue = "kraken" }));
        Assert.Equal([1L], await Ids(Any with { Name = "Binance" }));
        Assert.Empty(await Ids(Any with { Name = "binance" }));
        Assert.Empty(await Ids(Any with { Name = "' OR 1=1 --" }));
        Assert.Equal([4L], await Ids(Any with { State = ExchangeCondition.Failing }));
        Assert.Empty(await Ids(Any with { State = ExchangeCondition.Failing, Enabled = false }));
        Assert.Equal([3L], await Ids(Any with { Tenant = "other" }));
    }

    [Fact]
    public async Task Order_is_numeric_with_nulls_last_either_way_and_ties_by_id()
    {
        await Store.Write(
            new ExchangeInserted(Exchange(1) with { Volume = 9m }),
            new ExchangeInserted(Exchange(2)),
            new ExchangeInserted(Exchange(3) with { Volume = 10m }),
            new ExchangeInserted(Exchange(4) with { Volume = 9.0m }));

        Assert.Equal([1L, 4, 3, 2], await Ids(Any, new OrderBy("volume", false)));
        Assert.Equal([3L, 1, 4, 2], await Ids(Any, new OrderBy("volume", true)));
        Assert.Equal([4L, 1, 3, 2], await Ids(Any, new OrderBy("volume", false), new OrderBy("id", true)));
    }

    [Fact]
    public async Task Every_order_field_orders()
    {
        await Store.Write(new ExchangeInserted(FullExchange(1)), new ExchangeInserted(Exchange(2)));
        foreach (var field in IExchangeReader.OrderFields)
        {
            Assert.Equal(2, (await Ids(Any, new OrderBy(field, true))).Count);
        }
    }

    [Fact]
    public async Task Order_by_anything_else_is_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Ids(Any, new OrderBy("id; DROP TABLE exchange", false)));

    [Fact]
    public async Task Page_has_its_part_and_the_count_of_all()
    {
        await Store.Write([.. Enumerable.Range(1, 25).Select(i => new ExchangeInserted(Exchange(i)))]);

        var page = await Store.Exchanges.List(Any, new Paging(10, 20, []), default);
        var beyond = await Store.Exchanges.List(Any, new Paging(10, 30, []), default);

        Assert.Equal((25L, [21L, 22, 23, 24, 25]), (page.Count, page.Items.Select(x => x.Id).ToArray()), EqualPage);
        Assert.Equal((25L, 0), (beyond.Count, beyond.Items.Count));
    }

    [Fact]
    public async Task Stream_gives_all_in_order()
    {
        await Store.Write([.. Enumerable.Range(1, 600).Select(i => new ExchangeInserted(Exchange(i)))]);

        var ids = new List<long>();
        await foreach (var exchange in Store.Exchanges.Stream(Any, new Paging(null, 0, [new OrderBy("id", true)]), default))
        {
            ids.Add(exchange.Id);
        }

        Assert.Equal(Enumerable.Range(1, 600).Reverse().Select(i => (long)i), ids);
    }

    [Fact]
    public async Task Counts_are_by_condition()
    {
        Assert.Equal(new ExchangeCounts(0, 0, 0, 0, 0), await Store.Exchanges.Count(default));
        await Store.Write(
            new ExchangeInserted(In(1, ExchangeCondition.Running)), new ExchangeInserted(In(2, ExchangeCondition.Stale)),
            new ExchangeInserted(In(3, ExchangeCondition.Failing)), new ExchangeInserted(In(4, ExchangeCondition.Failing)),
            new ExchangeInserted(In(5, ExchangeCondition.Disabled) with { Enabled = false }));

        Assert.Equal(new ExchangeCounts(5, 4, 1, 1, 2), await Store.Exchanges.Count(default));
    }

    [Fact]
    public async Task Ids_are_given_out_once_whatever_happens_after()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Store.Exchanges.NextId(default).AsTask()));
        await Store.Write(new ExchangeInserted(Exchange(30)));
        await Store.Write(new ExchangeRemoved(30));
        await Store.Reopen();

        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), ids.Order());
        Assert.Equal(31, await Store.Exchanges.NextId(default));
    }

    [Fact]
    public async Task Slugs_like_one_are_it_and_those_with_a_number()
    {
        string[] slugs = ["binance", "binance-2", "binance-10", "binance-us", "binance2", "other"];
        await Store.Write([.. slugs.Select((slug, i) => new ExchangeInserted(Exchange(i + 1) with { Slug = slug }))]);

        Assert.Equal(["binance", "binance-10", "binance-2"], (await Store.Exchanges.SlugsLike("binance", default)).Order(StringComparer.Ordinal));
    }

    private static bool EqualPage((long Count, long[] Ids) a, (long Count, long[] Ids) b) => a.Count == b.Count && a.Ids.SequenceEqual(b.Ids);

    private static ExchangeView In(long id, ExchangeCondition state) => Exchange(id) with { Status = Exchange(id).Status with { State = state } };

    private async Task<string> Rule(object row) => (await Assert.ThrowsAsync<RowConflictException>(async () => await Store.Write(row))).Rule;

    private ValueTask<Page<ExchangeView>> List(ExchangeFilter filter, params OrderBy[] order) =>
        Store.Exchanges.List(filter, new Paging(100, 0, order), default);

    private async Task<List<long>> Ids(ExchangeFilter filter, params OrderBy[] order) => [.. (await List(filter, order)).Items.Select(x => x.Id)];
}
