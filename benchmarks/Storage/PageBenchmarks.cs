using MarketManager.Actors.Lists;
using MarketManager.Actors.Markets;

namespace MarketManager.Benchmarks.Storage;

/// <summary>A page of 100 markets out of 100,000, with the count of all that match.</summary>
internal static class PageBenchmarks
{
    private const int Pages = 50;

    public static async Task Run(Report report)
    {
        using var folder = new TempFolder();
        await using var store = StorageBenchmarks.Open(folder.Path);
        await MarketSamples.Fill(store);
        var any = new MarketFilter("default");
        OrderBy[] byVolume = [new("volume_usd", true)];
        var filtered = any with { Base = "USDT", MinVolumeUsd = 100_000m };
        var page = await Time(() => store.Markets.List(filtered, new Paging(100, 0, byVolume), default).AsTask());
        using var bare = new BarePage(folder.Database);
        var sql = await Time(() =>
        {
            bare.Read();
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
}
