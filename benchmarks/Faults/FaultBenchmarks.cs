using MarketManager.TestKit.Postgres;

namespace MarketManager.Benchmarks.Faults;

/// <summary>What clients of a cluster feel when a part of it dies, hangs, leaves or joins.</summary>
internal static class FaultBenchmarks
{
    /// <summary>Runs those that are named, or all: on one PostgreSQL server, each with a cluster of its own.</summary>
    public static async Task Run(Report report, IReadOnlyCollection<string> names)
    {
        (string Name, Func<PostgresServer, Report, Task> Run)[] all =
        [
            ("kill", KillBenchmark.Run), ("freeze", FreezeBenchmark.Run), ("leave", LeaveBenchmark.Run),
            ("join", JoinBenchmark.Run), ("store", StoreAwayBenchmark.Run), ("idle", IdleBenchmark.Run),
        ];
        await using var server = await PostgresServer.Start(null, "fsync=on", "logging_collector=on");
        foreach (var (_, run) in all.Where(b => names.Count == 0 || names.Contains(b.Name)))
        {
            await run(server, report);
        }
    }
}
