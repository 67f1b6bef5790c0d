using MarketManager.Kernel;
using MarketManager.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Benchmarks.Storage;

/// <summary>What the store costs over the bare engine, on the same machine, in the same run.</summary>
public static class StorageBenchmarks
{
    private static readonly (string Name, Func<Report, Task> Run)[] All =
    [
        ("events", EventBenchmarks.Run),
        ("replay", ReplayBenchmarks.Run),
        ("markets", MarketBenchmarks.Run),
        ("pages", PageBenchmarks.Run),
        ("postgres", PostgresBenchmarks.Run),
        ("take-over", TakeOverBenchmark.Run),
    ];

    /// <summary>Runs those named; all where none is.</summary>
    public static async Task Run(Report report, IReadOnlyCollection<string> names)
    {
        foreach (var (name, run) in All)
        {
            if (names.Count == 0 || names.Contains(name))
            {
                await run(report);
            }
        }
    }

    internal static SqliteStore Open(string folder) =>
        SqliteStore.Open(new StoreOptions { Folder = folder }, World.Real(), NullLoggerFactory.Instance);
}
