using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Markets;

namespace MarketManager.Benchmarks.Storage;

/// <summary>Saving what a run of 3,000 markets brought.</summary>
internal static class MarketBenchmarks
{
    private const int Markets = 3000;
    private const int Runs = 21;

    public static async Task Run(Report report)
    {
        using var folder = new TempFolder();
        await using var store = StorageBenchmarks.Open(folder.Path);
        await MarketSamples.Write(store, new ExchangeInserted(MarketSamples.Exchange(1)));

        var first = await Measure.Once(() => Replace(0));
        var (moved, still) = (new List<Measurement>(), new List<Measurement>());
        for (var run = 1; run <= Runs; run++)
        {
            var brought = MarketSamples.Markets(Markets, run);
            moved.Add(await Measure.Once(() => Save(run * 2, brought)));
            still.Add(await Measure.Once(() => Save((run * 2) + 1, brought)));
        }

        report.Value($"first {Markets} markets of an exchange, processor", first.CpuSeconds * 1000, "ms");
        report.Below($"{Markets} markets, all prices moved, processor", Measure.Median(moved.Select(m => m.CpuSeconds)) * 1000, 12, "ms");
        report.Value("  real time, to the disk", Measure.Median(moved.Select(m => m.Seconds)) * 1000, "ms");
        report.Value($"{Markets} markets, none moved, processor", Measure.Median(still.Select(m => m.CpuSeconds)) * 1000, "ms");

        Task Replace(int run) => Save(run, MarketSamples.Markets(Markets, run));

        Task Save(int number, MarketRow[] rows) =>
            MarketSamples.Write(store, new MarketsReplaced(1, number, DateTimeOffset.UnixEpoch.AddSeconds(number), rows)).AsTask();
    }
}
