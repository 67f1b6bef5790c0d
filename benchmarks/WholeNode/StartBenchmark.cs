using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Markets;
using MarketManager.Benchmarks.Storage;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Benchmarks.WholeNode;

/// <summary>Start with 10,000 exchanges, and what each of them then weighs.</summary>
internal static class StartBenchmark
{
    private const int Exchanges = 10_000;
    private const int Rounds = 5;

    public static async Task Run(Report report)
    {
        using var empty = new TempFolder();
        using var full = new TempFolder();
        var world = World.Real();
        await using (var store = StorageBenchmarks.Open(full.Path))
        {
            await ExchangeHistory.Fill(store.Journal, Exchanges, world);
        }

        report.Below("live memory of an exchange's actor with its state", await BytesPerActor(full, world), 4096, "B");
        List<double> withNone = [], withAll = [];
        for (var round = 0; round <= Rounds; round++)
        {
            withNone.Add(await TimeToReady(empty));
            withAll.Add(await TimeToReady(full));
        }

        // The first start of each makes the database, or reads it from the disk.
        var (none, all) = (Measure.Median(withNone.Skip(1)), Measure.Median(withAll.Skip(1)));
        report.Value("start to ready, empty store", none, "s");
        report.Value($"start to ready, {Exchanges:n0} exchanges of {ExchangeHistory.Events} events", all, "s");
        report.Below("  longer by", all - none, 1.5, "s");
    }

    private static async Task<double> TimeToReady(TempFolder folder)
    {
        await using var node = await NodeProcess.Start(folder);
        return node.ReadyAfter.TotalSeconds;
    }

    private static async Task<double> BytesPerActor(TempFolder folder, World world)
    {
        await using var store = StorageBenchmarks.Open(folder.Path);
        await using var system = new ActorSystem("benchmark", world, NullLoggerFactory.Instance);
        var nobody = new Nobody();
        var ports = new ExchangePorts(store.Journal, store.Exchanges, store.Runs, store.Answers, store.Settings, nobody, nobody);
        var policy = new ExchangePolicy("benchmark", Stablecoins.Default, AllowPrivateAddresses: true);
        var before = Measure.LiveBytes();
        var exchanges = await ExchangeSystem.Start(system, ports, policy, NullLogger<ExchangeSystem>.Instance, default);
        await exchanges.OpenAll(default);
        var bytes = (double)(Measure.LiveBytes() - before) / exchanges.Directory.Count;
        await exchanges.Leave();
        return bytes;
    }
}
