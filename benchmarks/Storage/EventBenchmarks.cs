using System.Diagnostics.Metrics;
using System.Text;
using MarketManager.Kernel;

namespace MarketManager.Benchmarks.Storage;

/// <summary>Durable events: a thousand actors at once, and one that awaits each.</summary>
internal static class EventBenchmarks
{
    private const int Actors = 1000;
    private const int EventsEach = 40;
    private const int Commits = 400;
    private const int Rounds = 5;

    private static readonly byte[] Data = Encoding.UTF8.GetBytes(
        """{"run_id":"0195a4c2-7b1e-7c3a-9f5d-2b8e6a1c4d7f","run_no":123456,"trigger":"interval","gen":3,"slot":123456,"due":"2026-03-01T12:00:00.000Z"}""");

    public static async Task Run(Report report)
    {
        var (many, bareMany, batch) = (new List<double>(), new List<double>(), 0d);
        var (one, bareOne) = (new List<double>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            var (rate, batches) = await ManyActors();
            var bare = await Bare(batches);
            var single = await OneActor();
            var bareSingle = await Bare([.. Enumerable.Repeat(1, Commits)]);
            if (round > 0)
            {
                many.Add(rate);
                bareMany.Add(bare);
                batch = batches.Average();
                one.Add(1e6 / single);
                bareOne.Add(1e6 / bareSingle);
            }
        }

        var (store, loop) = (Measure.Median(many), Measure.Median(bareMany));
        report.Value($"durable events, {Actors} actors, {batch:0} a transaction", store, "/s");
        report.Value("  bare loop, same rows, same batches", loop, "/s");
        report.AtLeast("  ratio", Measure.Median(many.Zip(bareMany, (a, b) => a / b)), 0.8, "");
        var (awaited, commit) = (Measure.Median(one), Measure.Median(bareOne));
        report.Value("one actor that awaits each event", awaited, "µs");
        report.Value("  bare commit", commit, "µs");
        report.Below("  ratio", Measure.Median(one.Zip(bareOne, (a, b) => a / b)), 1.3, "");
    }

    private static async Task<(double PerSecond, List<int> Batches)> ManyActors()
    {
        using var folder = new TempFolder();
        await using var store = StorageBenchmarks.Open(folder.Path);
        var batches = new List<int>();
        using var listener = Batches(batches);
        var measured = await Measure.Once(() => Task.WhenAll(Enumerable.Range(1, Actors).Select(actor => Append(store.Journal, actor, EventsEach))));
        return (Actors * EventsEach / measured.Seconds, batches);
    }

    private static async Task<double> OneActor()
    {
        using var folder = new TempFolder();
        await using var store = StorageBenchmarks.Open(folder.Path);
        return Commits / (await Measure.Once(() => Append(store.Journal, 1, Commits))).Seconds;
    }

    private static async Task Append(IJournal journal, long actor, int count)
    {
        await Task.Yield();
        for (var sequence = 1; sequence <= count; sequence++)
        {
            await journal.Append(new JournalWrite(new PersistenceId("exchange", actor), sequence, [Event()], []));
        }
    }

    private static JournalEvent Event() => new("run_started", 1, DateTimeOffset.UnixEpoch, Data);

    /// <summary>Inserts events of a thousand actors in transactions of those sizes.</summary>
    private static async Task<double> Bare(List<int> batches)
    {
        using var folder = new TempFolder();
        await using (StorageBenchmarks.Open(folder.Path))
        {
        }

        var events = Enumerable.Range(0, batches.Sum()).Select(i => new BareEvent((i % Actors) + 1, (i / Actors) + 1, 0, Data)).ToArray();
        using var journal = new BareJournal(folder.Database);
        var measured = await Measure.Once(() =>
        {
            var start = 0;
            foreach (var size in batches)
            {
                journal.Commit(events.AsSpan(start, size));
                start += size;
            }

            return Task.CompletedTask;
        });
        return events.Length / measured.Seconds;
    }

    /// <summary>Notes how many writes share each transaction from now on.</summary>
    internal static MeterListener Batches(List<int> into)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "marketmanager.storage.commit.writes")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => into.Add((int)value));
        listener.Start();
        return listener;
    }
}
