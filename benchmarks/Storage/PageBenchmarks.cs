using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Lists;
using MarketManager.Actors.Markets;
using MarketManager.Storage.Sqlite;
using MarketManager.Storage.Sqlite.Engine;

namespace MarketManager.Benchmarks.Storage;

/// <summary>A page of 100 markets out of 100,000, with the count of all that match.</summary>
internal static class PageBenchmarks
{
    private const int Exchanges = 100;
    private const int MarketsEach = 1000;
    private const int Pages = 50;

    public static async Task Run(Report report)
    {
        using var folder = new TempFolder();
        await using var store = StorageBenchmarks.Open(folder.Path);
        for (var exchange = 1; exchange <= Exchanges; exchange++)
        {
            await MarketSamples.Write(
                store, new ExchangeInserted(MarketSamples.Exchange(exchange)), new MarketsReplaced(exchange, 1, DateTimeOffset.UnixEpoch, MarketSamples.Markets(MarketsEach, exchange)));
        }

        var any = new MarketFilter("default");
        OrderBy[] byVolume = [new("volume_usd", true)];
        var filtered = any with { Base = "USDT", MinVolumeUsd = 100_000m };
        var page = await Time(() => store.Markets.List(filtered, new Paging(100, 0, byVolume), default).AsTask());
        using var bare = new BareDatabase(folder.Database, isReader: true);
        var sql = await Time(() =>
        {
            Bare(bare);
            return Task.CompletedTask;
        });
        report.Value("page of 100 of 100,000 by volume, filtered", page, "ms");
        report.Value("  bare, the same SQL", sql, "ms");
        report.AtLeast("  ratio", sql / page, 0.7, "");
        report.Value("  by exchange and symbol, no filter", await Time(() => store.Markets.List(any, new Paging(100, 0, []), default).AsTask()), "ms");
        report.Value("  by volume, no filter", await Time(() => store.Markets.List(any, new Paging(100, 0, byVolume), default).AsTask()), "ms");
        report.Value("  by volume, one traded currency", await Time(() => store.Markets.List(any with { Quote = "C7" }, new Paging(100, 0, byVolume), default).AsTask()), "ms");
        report.Value("  by volume, one exchange", await Time(() => store.Markets.List(any with { ExchangeId = 7 }, new Paging(100, 0, byVolume), default).AsTask()), "ms");
        report.Value("  by last price, no index", await Time(() => store.Markets.List(any, new Paging(100, 0, [new("last", true)]), default).AsTask()), "ms");
    }

    private static async Task<double> Time(Func<Task> page) => (await Measure.Median(3, async () =>
    {
        for (var i = 0; i < Pages; i++)
        {
            await page();
        }
    })).Seconds * 1000 / Pages;

    private static unsafe void Bare(BareDatabase database)
    {
        var bucket = MarketVolume.Bucket(100_000m);
        var where =
            $"""
            FROM market WHERE base = 'USDT' AND volume_bucket >= {bucket}
              AND (volume_bucket > {bucket} OR CAST(volume_usd AS REAL) >= 100000.0)
            """;
        var count = database.Prepare($"SELECT count(*) {where}");
        BareDatabase.Run(count);
        var rows = database.Prepare(
            $"""
            SELECT exchange, (SELECT updated FROM market_set s WHERE s.exchange = market.exchange), symbol, name, type, base, quote, volume,
              volume_usd, last, bid, ask, active, venue_time
            {where} ORDER BY volume_bucket DESC, CAST(volume_usd AS REAL) DESC, exchange, symbol LIMIT 100
            """);
        while (Native.Step(rows) == Native.Row)
        {
            for (var column = 0; column < 14; column++)
            {
                _ = Native.ColumnBlob(rows, column);
            }
        }

        _ = Native.Finalize(count);
        _ = Native.Finalize(rows);
    }
}
