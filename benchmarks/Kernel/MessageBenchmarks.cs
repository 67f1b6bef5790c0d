using MarketManager.Kernel;

namespace MarketManager.Benchmarks.Kernel;

/// <summary>Telling and asking one actor.</summary>
internal static class MessageBenchmarks
{
    private const int Tells = 3_000_000;
    private const int Asks = 300_000;
    private static readonly SpawnOptions Roomy = new() { MailboxCapacity = int.MaxValue };

    public static async Task Tell(Report report)
    {
        await using var system = KernelBenchmarks.NewSystem();
        var counter = new Counter();
        var actor = system.Spawn("counter", () => counter, Roomy);
        var m = await Measure.Median(5, () =>
        {
            var done = counter.Expect(Tells);
            var message = new Counter.Message();
            for (var i = 0; i < Tells; i++)
            {
                actor.Tell(message);
            }

            return done;
        });
        report.AtLeast("Tell, one producer, one actor", Tells / m.Seconds / 1e6, 9, "M/s");
        report.Below("Tell, processor time a message", m.CpuSeconds / Tells * 1e9, 300, "ns");
        report.Below("Tell, allocated a message", (double)m.Bytes / Tells, 100, "B");
    }

    public static async Task Ask(Report report)
    {
        await using var system = KernelBenchmarks.NewSystem();
        var actor = system.Spawn<ReplyTo<int>>("echo", () => new Echo());
        foreach (var callers in (int[])[1, 64])
        {
            var m = await Measure.Median(3, () => Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
            {
                for (var i = 0; i < Asks / callers; i++)
                {
                    await actor.Ask<ReplyTo<int>, int>(null!, static (_, reply) => reply, TimeSpan.FromSeconds(5));
                }
            }))));
            report.AtLeast($"Ask, {callers} callers", Asks / m.Seconds / 1e6, 0.4, "M/s");
            report.Value($"Ask, {callers} callers, allocated an ask", (double)m.Bytes / Asks, "B");
        }
    }

    private sealed class Echo : Actor<ReplyTo<int>>
    {
        protected override ValueTask OnMessage(ReplyTo<int> message)
        {
            message.Send(1);
            return default;
        }
    }
}

/// <summary>Counts messages and says when a number of them has come.</summary>
internal sealed class Counter : Actor<Counter.Message>
{
    private TaskCompletionSource _done = new();
    private int _left;

    public Task Expect(int messages)
    {
        _left = messages;
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _done.Task;
    }

    protected override ValueTask OnMessage(Message message)
    {
        if (--_left == 0)
        {
            _done.SetResult();
        }

        return default;
    }

    public sealed class Message;
}
