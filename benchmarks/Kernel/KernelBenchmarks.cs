using MarketManager.Kernel;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Benchmarks.Kernel;

/// <summary>The kernel alone: messages, asks, handlers, memory, timers.</summary>
public static class KernelBenchmarks
{
    /// <summary>Runs those that are named, or all.</summary>
    public static async Task Run(Report report, IReadOnlyCollection<string> names)
    {
        (string Name, Func<Report, Task> Run)[] all =
        [
            ("idle", TimerBenchmarks.Idle),
            ("tell", MessageBenchmarks.Tell),
            ("ask", MessageBenchmarks.Ask),
            ("handlers", HandlerBenchmarks.Run),
            ("memory", MemoryBenchmarks.Run),
            ("timers", TimerBenchmarks.Run),
        ];
        foreach (var (_, run) in all.Where(b => names.Count == 0 || names.Contains(b.Name)))
        {
            await run(report);
        }
    }

    internal static ActorSystem NewSystem() => new("benchmark", World.Real(), NullLoggerFactory.Instance);
}
