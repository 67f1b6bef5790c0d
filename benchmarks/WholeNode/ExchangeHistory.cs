using System.Globalization;
using MarketManager.Actors;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;
using MarketManager.Kernel;

namespace MarketManager.Benchmarks.WholeNode;

/// <summary>Exchanges with a past, written as their actors would have: created, switched on, and six runs; 20 events.</summary>
/// <remarks>The next run is due in a week.</remarks>
internal static class ExchangeHistory
{
    public const int Events = 20;

    private const string Node = "benchmark";
    private const int Runs = 6;
    private static readonly TimeSpan Interval = TimeSpan.FromDays(7);

    /// <summary>Writes exchanges 1 to <paramref name="count"/>.</summary>
    /// <param name="journal">Where to.</param>
    /// <param name="count">How many exchanges.</param>
    /// <param name="world">Their past is just over.</param>
    /// <param name="fence">The right to write for a shard; null: it needs none.</param>
    public static Task Fill(IJournal journal, int count, World world, Func<int, Fence>? fence = null) => Task.WhenAll(
        Enumerable.Range(1, count).Select(id => journal.Append(Write(id, world) with { Fence = fence?.Invoke(Shard.Of(id)) }).AsTask()));

    private static JournalWrite Write(long id, World world)
    {
        var now = world.Now;
        var state = ExchangeState.Unborn;
        var journal = new List<JournalEvent>();
        var codec = new DomainCodec();
        Happens(new ExchangeEvent.Created(
            id,
            Tenant.Default,
            string.Create(CultureInfo.InvariantCulture, $"sim-{id}"),
            "sim",
            new ExchangeSettings(
                string.Create(CultureInfo.InvariantCulture, $"Sim {id}"), true, (int)Interval.TotalSeconds, null, null, null, """{"markets":{"quotes":["USDT"]}}"""),
            now));
        Happens(RunDecisions.Enable(state.Runs, Interval, now));
        for (var run = 0; run < Runs; run++)
        {
            var start = new StartContext(now, TimeSpan.FromMinutes(10), Node, world.NewId);
            Happens(run == 0
                ? RunDecisions.Start(state.Runs, RunDecisions.Next(state.Runs, now)!, start)!
                : (DomainEvent)RunDecisions.StartOnDemand(state.Runs, start).Events[0]);
            Happens(RunDecisions.End(state.Runs.Running!, RunState.Succeeded, 1, new RunTally(300, 300), null, now));
            Happens(new ExchangeEvent.Gathered(123_456_789.01m + run, "USDT-BTC", 23_456_789.0123m + run, now));
        }

        return new JournalWrite(
            new PersistenceId(ExchangeActor.Entity, id), 1, journal, [new ExchangeInserted(state.View(journal.Count, 0, Node, now))]);

        void Happens(DomainEvent e)
        {
            state = state.Apply(e);
            journal.Add(codec.Encode(e));
        }
    }
}
