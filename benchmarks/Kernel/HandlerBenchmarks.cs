using System.Runtime.CompilerServices;
using MarketManager.Kernel;

namespace MarketManager.Benchmarks.Kernel;

/// <summary>Handlers that await: something that is complete already, and something that is not.</summary>
internal static class HandlerBenchmarks
{
    private const int Messages = 1_000_000;
    private static readonly SpawnOptions Roomy = new() { MailboxCapacity = int.MaxValue };

    public static async Task Run(Report report)
    {
        await using var system = KernelBenchmarks.NewSystem();
        await Run(report, system, "completed", 5, yields: false);
        await Run(report, system, "yielding", 1.5, yields: true);
    }

    private static async Task Run(Report report, ActorSystem system, string name, double target, bool yields)
    {
        var handler = new Handler(yields);
        var actor = system.Spawn(name, () => handler, Roomy);
        var m = await Measure.Median(5, () =>
        {
            var done = handler.Expect(Messages);
            for (var i = 0; i < Messages; i++)
            {
                actor.Tell(i);
            }

            return done;
        });
        report.AtLeast($"asynchronous handler, {name}", Messages / m.Seconds / 1e6, target, "M/s");
        report.Below($"asynchronous handler, {name}, allocated a message", (double)m.Bytes / Messages, 100, "B");
    }

    private sealed class Handler(bool yields) : Actor<int>
    {
        private TaskCompletionSource _done = new();
        private int _left;

        public Task Expect(int messages)
        {
            _left = messages;
            _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _done.Task;
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        protected override async ValueTask OnMessage(int message)
        {
            if (yields)
            {
                await Task.Yield();
            }

            if (--_left == 0)
            {
                _done.SetResult();
            }
        }
    }
}
