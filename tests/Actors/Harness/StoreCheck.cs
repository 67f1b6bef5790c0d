using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;

namespace MarketManager.Actors.Tests.Harness;

/// <summary>Proves that what a store holds is of a piece: each history is sound, and every row is what the events come to.</summary>
internal static class StoreCheck
{
    /// <summary>Throws, and says which exchange, at the first thing that does not fit.</summary>
    /// <param name="store">Of one node, or of several.</param>
    /// <param name="isShared">Whether exchanges may have gone through several hands, each of which raises revisions.</param>
    public static void Check(FakeStore store, bool isShared = false)
    {
        var ids = store.Journal.Commits
            .Where(commit => commit.Actor.Entity == ExchangeActor.Entity).Select(commit => commit.Actor.Id).Distinct().ToList();
        foreach (var id in ids)
        {
            try
            {
                Check(store, id, isShared);
            }
            catch (InvalidOperationException e)
            {
                throw new InvalidOperationException($"exchange {id}: {e.Message}", e);
            }
        }

        Require(store.Tables.Exchanges.Keys.All(ids.Contains), "there is a row of an exchange that has no events");
    }

    private static void Check(FakeStore store, long id, bool isShared)
    {
        var events = store.EventsOf(id);
        RunHistory.Check(events);
        var state = ExchangeState.Unborn;
        var runs = new Dictionary<Guid, RunView>();
        long? brought = null;
        foreach (var e in events)
        {
            Require(!state.Deleted, $"{e} came after the end");
            Require(!state.Deleting || MayEnd(e), $"{e} came after the deletion was decided");
            state = state.Apply(e);
            switch (e)
            {
                case RunEvent.Started x:
                    runs.Add(x.RunId, state.Runs.Running!.View(id, 1));
                    break;
                case RunEvent.Ended x:
                    runs[x.RunId] = runs[x.RunId] with
                    {
                        State = x.Outcome,
                        Ended = x.At,
                        Attempts = x.Attempts,
                        Tally = x.Tally,
                        Error = x.Error,
                    };
                    brought = x.Outcome is RunState.Succeeded ? runs[x.RunId].Number : brought;
                    break;
            }
        }

        Require(!state.Deleted || state.Runs.Running is null, "a run is going on after the end");
        Equal([.. runs.Values.OrderBy(run => run.Number)], store.RunsOf(id));
        Equal(state.Deleted ? null : brought, store.Tables.Markets.GetValueOrDefault(id)?.RunNumber);
        var row = store.Tables.Exchanges.GetValueOrDefault(id);
        Equal(state.Exists ? Shown(state, events.Count, row) : null, row is null ? null : Timeless(row));
        Require(row is null || Hands(row, events.Count) is var hands && (isShared ? hands >= 0 : hands == 0), "a revision counts all events");
    }

    // The run ends as cancelled or as it ended first: also with its process, where a store that was away held up the word of that.
    private static bool MayEnd(DomainEvent e) =>
        e is RunEvent.Ended or ExchangeEvent.Gathered or RunEvent.ScheduleCleared or ExchangeEvent.Deleted;

    // When the next run is due depends on the instant at which it was asked.
    private static ExchangeView Timeless(ExchangeView view) => view with { Status = view.Status with { NextRun = null } };

    // Nor do events tell which node wrote the row, and through how many hands the exchange had gone.
    private static ExchangeView Shown(ExchangeState state, long sequence, ExchangeView? row) => Timeless(
        state.View(sequence + (row is null ? 0 : Hands(row, sequence)), row?.Status.Attempt ?? 1, row?.Status.Node ?? TestNode.Name, DateTimeOffset.MinValue));

    private static long Hands(ExchangeView row, long sequence) => (row.Revision >> 8) - sequence;

    private static void Equal(IReadOnlyList<RunView> expected, IReadOnlyList<RunView> actual)
    {
        Equal(expected.Count, actual.Count);
        foreach (var (one, other) in expected.Zip(actual))
        {
            Equal(one, other);
        }
    }

    private static void Equal<T>(T expected, T actual) =>
        Require(EqualityComparer<T>.Default.Equals(expected, actual), $"events come to\n{expected}, the row is\n{actual}");

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
