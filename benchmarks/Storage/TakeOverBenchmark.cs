using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Runs;
using MarketManager.Benchmarks.WholeNode;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql;
using MarketManager.TestKit.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Benchmarks.Storage;

/// <summary>What a node does with the shards that it has claimed: reads their journal, folds it, spawns their exchanges.</summary>
internal static class TakeOverBenchmark
{
    private const int Exchanges = 1000;
    private const int Rounds = 5;

    public static async Task Run(Report report)
    {
        await using var server = await PostgresServer.Start(null, "fsync=on", "shared_buffers=256MB");
        await using var store = await PostgresBenchmarks.Open(server, await server.NewDatabase());
        var world = World.Real();
        await ExchangeHistory.Fill(store.Journal, Exchanges, world, PostgresBenchmarks.Right);
        List<double> open = [], answering = [], processor = [];
        for (var round = 0; round <= Rounds; round++)
        {
            var (opened, answered) = await TakeOver(store, world);
            if (round > 0)
            {
                open.Add(opened.Seconds);
                processor.Add(opened.CpuSeconds);
                answering.Add(answered);
            }
        }

        report.Below(
            $"taking over {Exchanges:n0} exchanges of {ExchangeHistory.Events} events, until each has answered", Measure.Median(answering) * 1000, 300, "ms");
        report.Value("  of that, until all are spawned", Measure.Median(open) * 1000, "ms");
        report.Value("  processor time of the node", Measure.Median(processor) * 1000, "ms");
    }

    /// <summary>All shards, on a node that has none yet.</summary>
    private static async Task<(Measurement Opened, double Answered)> TakeOver(PostgresStore store, World world)
    {
        await using var system = new ActorSystem("benchmark", world, NullLoggerFactory.Instance);
        var nobody = new Nobody();
        var exchanges = await ExchangeSystem.Start(
            system,
            new ExchangePorts(store.Journal, store.Exchanges, store.Runs, store.Answers, store.Settings, nobody, nobody),
            new ExchangePolicy("benchmark", Stablecoins.Default, AllowPrivateAddresses: true),
            NullLogger<ExchangeSystem>.Instance,
            default);
        Fence[] shards = [.. Enumerable.Range(0, Shard.Count).Select(PostgresBenchmarks.Right)];
        var open = await Measure.Once(() => exchanges.Open(shards, default));
        var began = world.Time.GetTimestamp();
        await Task.WhenAll(exchanges.Directory.Actors.Select(
            exchange => exchange.Ask<RunView?>(static reply => new RunMessage.AwaitEnd(Guid.Empty, reply), TimeSpan.FromSeconds(10)).AsTask()));
        var answered = open.Seconds + world.Time.GetElapsedTime(began).TotalSeconds;
        if (exchanges.Directory.Count != Exchanges)
        {
            throw new InvalidOperationException($"{exchanges.Directory.Count} exchanges were taken over, not {Exchanges}");
        }

        await exchanges.Leave();
        return (open, answered);
    }
}
