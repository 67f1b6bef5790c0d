using System.Text;
using MarketManager.Kernel;
using MarketManager.Storage.Sqlite.Engine;

namespace MarketManager.Benchmarks.Storage;

/// <summary>Reading back what a start reads: 10,000 actors of 20 events each.</summary>
internal static class ReplayBenchmarks
{
    private const int Actors = 10_000;
    private const int EventsEach = 20;

    private static readonly byte[] Data = Encoding.UTF8.GetBytes(
        """{"run_id":"0195a4c2-7b1e-7c3a-9f5d-2b8e6a1c4d7f","run_no":123456,"trigger":"interval","gen":3,"slot":123456,"due":"2026-03-01T12:00:00.000Z"}""");

    public static async Task Run(Report report)
    {
        using var folder = new TempFolder();
        await using var store = StorageBenchmarks.Open(folder.Path);
        for (var sequence = 1; sequence <= EventsEach; sequence++)
        {
            await Task.WhenAll(Enumerable.Range(1, Actors).Select(actor => store.Journal.Append(
                new JournalWrite(new PersistenceId("exchange", actor), sequence, [new("run_started", 1, DateTimeOffset.UnixEpoch, Data)], [])).AsTask()));
        }

        var counter = new Counter();
        var replay = await Measure.Median(3, () => store.Journal.Replay("exchange", null, counter).AsTask());
        using var bare = new BareDatabase(folder.Database, isReader: true);
        var scan = await Measure.Median(3, () =>
        {
            Scan(bare);
            return Task.CompletedTask;
        });
        report.Below($"replay of {counter.Events / 4:n0} events", replay.Seconds, 0.4, "s");
        report.Value("  bare scan", scan.Seconds, "s");
        report.Value("  ratio", replay.Seconds / scan.Seconds, "");
    }

    private static unsafe long Scan(BareDatabase database)
    {
        var statement = database.Prepare("SELECT actor, seq, kind, version, at, data FROM event ORDER BY id");
        long sum = 0;
        while (Native.Step(statement) == Native.Row)
        {
            sum += Native.ColumnInt64(statement, 0) + Native.ColumnInt64(statement, 1) + (nint)Native.ColumnBlob(statement, 2)
                + Native.ColumnBytes(statement, 2) + Native.ColumnInt64(statement, 3) + Native.ColumnInt64(statement, 4)
                + (nint)Native.ColumnBlob(statement, 5) + Native.ColumnBytes(statement, 5);
        }

        _ = Native.Finalize(statement);
        return sum;
    }

    private sealed class Counter : IReplay
    {
        public int Events { get; private set; }

        public void OnSnapshot(long id, long sequence, ReadOnlySpan<byte> data)
        {
        }

        public void OnEvent(long id, long sequence, string kind, int version, DateTimeOffset at, ReadOnlySpan<byte> data) => Events++;
    }
}
