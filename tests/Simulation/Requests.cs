using MarketManager.Actors;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Tests.Harness;

namespace MarketManager.Simulation.Tests;

/// <summary>What clients asked for and what they were told, to be held against what the store came to in the end.</summary>
internal sealed class Requests
{
    private readonly List<(string Name, string? Key, Task<Answer<ExchangeView>> Answer)> _creations = [];
    private readonly List<(long Id, string Url, Task<Answer<ExchangeView>> Answer)> _changes = [];
    private readonly List<(long Id, Task<Answer<ExchangeView>> Answer)> _deletions = [];
    private readonly List<(long Id, string? Key, Task<Answer<RunView>> Answer)> _runs = [];
    private readonly List<Task<RunView?>> _waits = [];
    private int _count;

    /// <summary>A number that no request had before; in the name or the URL of what it asks for, it gives the request away.</summary>
    public int NextNumber() => ++_count;

    public void Created(string name, string? key, Task<Answer<ExchangeView>> answer) => _creations.Add((name, key, answer));

    public void Changed(long id, string url, Task<Answer<ExchangeView>> answer) => _changes.Add((id, url, answer));

    public void Deleted(long id, Task<Answer<ExchangeView>> answer) => _deletions.Add((id, answer));

    public void Ran(long id, string? key, Task<Answer<RunView>> answer) => _runs.Add((id, key, answer));

    public void Waited(Task<RunView?> answer) => _waits.Add(answer);

    /// <summary>Throws where somebody was told what does not hold.</summary>
    public void Check(FakeStore store, IReadOnlyCollection<long> ids)
    {
        var events = ids.ToDictionary(id => id, store.EventsOf);
        CheckCreations(events);
        CheckChanges(events);
        CheckDeletions(events);
        CheckRuns(store, events);
    }

    private void CheckCreations(Dictionary<long, IReadOnlyList<DomainEvent>> events)
    {
        var created = events.Values.SelectMany(list => list.OfType<ExchangeEvent.Created>()).ToLookup(e => e.Settings.Name);
        foreach (var (name, _, answer) in _creations)
        {
            var living = created[name].Count(e => !events[e.Id].OfType<ExchangeEvent.Deleted>().Any());
            Require(living <= 1, $"{name} is there {living} times");

            // One that was deleted frees its name, but requests under one key create once.
            var keys = _creations.Where(other => other.Name == name).Select(other => other.Key).ToList();
            Require(
                created[name].Count() <= keys.Count(x => x is null) + keys.OfType<string>().Distinct().Count(),
                $"{name} was created {created[name].Count()} times");
            if (Told(answer) is not { } told)
            {
                continue;
            }

            Require(
                told.Value is null || created[name].Any(e => e.Id == told.Value.Id), $"{name} was accepted and is not there");
            Require(
                !created[name].Any()
                || _creations.Any(other => other.Name == name && (Told(other.Answer) is not { } x || MayBeDone(x))),
                $"{name} was rejected ({told.Why}) and is there");
        }

        CheckRepeats(_creations.Select(x => (x.Key, Told(x.Answer)?.Value?.Id)));
    }

    private static void CheckRepeats<T>(IEnumerable<(string? Key, T? Told)> answers)
        where T : struct
    {
        foreach (var repeats in answers.Where(x => x is { Key: not null, Told: not null }).GroupBy(x => x.Key, x => x.Told))
        {
            Require(repeats.Distinct().Count() == 1, $"{repeats.Key}: repeats were answered with {string.Join(", ", repeats)}");
        }
    }

    private void CheckChanges(Dictionary<long, IReadOnlyList<DomainEvent>> events)
    {
        foreach (var (id, url, answer) in _changes)
        {
            var made = events.GetValueOrDefault(id, []).OfType<ExchangeEvent.Configured>().Where(e => e.Settings.Url == url).ToList();
            Require(TimesMade(events.GetValueOrDefault(id, []), url) <= 1, $"the change to {url} was made again after other changes");
            if (Told(answer) is not { } told)
            {
                continue;
            }

            if (told.Value is { } view)
            {
                Require(
                    made is [var e, ..] && (e.Settings.Interval, e.Settings.Enabled) == (view.Interval, view.Enabled),
                    $"the change to {url} was accepted and not made");
            }

            Require(MayBeDone(told) || made.Count == 0, $"the change to {url} was rejected ({told.Why}) and made");
        }
    }

    // Other changes keep the URL that they find.
    private static int TimesMade(IReadOnlyList<DomainEvent> events, string url)
    {
        var urls = events.OfType<ExchangeEvent.Configured>().Select(e => e.Settings.Url).ToList();
        return urls.Where((made, i) => made == url && (i == 0 || urls[i - 1] != url)).Count();
    }

    private void CheckDeletions(Dictionary<long, IReadOnlyList<DomainEvent>> events)
    {
        foreach (var (id, list) in events)
        {
            var asked = _deletions.Where(x => x.Id == id).Select(x => Told(x.Answer)).ToList();
            var isDeleted = list.OfType<ExchangeEvent.Deleted>().Any();
            Require(
                isDeleted || !asked.Any(told => told is { Value: not null }), $"the deletion of exchange {id} was accepted and not made");
            Require(
                isDeleted || !list.OfType<ExchangeEvent.DeletionBegun>().Any(), $"the deletion of exchange {id} was begun and not ended");
            Require(
                !isDeleted || asked.Any(told => told is null || MayBeDone(told.Value)), $"exchange {id} was deleted, and nobody asked");
        }
    }

    private void CheckRuns(FakeStore store, Dictionary<long, IReadOnlyList<DomainEvent>> events)
    {
        foreach (var (id, _, answer) in _runs)
        {
            if (Told(answer) is { Value: { } run })
            {
                Require(
                    events[id].OfType<RunEvent.Started>().Count(e => e.RunId == run.RunId && e.Trigger is RunTrigger.Demand) == 1
                    && events[id].OfType<RunEvent.Ended>().Count(e => e.RunId == run.RunId) == 1,
                    $"run {run.RunId} was accepted and has not exactly one outcome");
            }
            else if (Told(answer) is { Why: { RunId: { } going } })
            {
                Require(store.Tables.Runs.ContainsKey(going), $"run {going} was said to be going and is not known");
            }
        }

        foreach (var (id, list) in events)
        {
            // Nobody gets two runs for one request, or one for none.
            var wanted = _runs.Where(x => x.Id == id && (Told(x.Answer) is null or { Why: null or { Kind: RejectionKind.OutcomeUnknown } }))
                .Select(x => x.Key).ToList();
            var started = list.OfType<RunEvent.Started>().Count(e => e.Trigger is RunTrigger.Demand);
            Require(
                started <= wanted.Count(x => x is null) + wanted.OfType<string>().Distinct().Count(),
                $"{started} runs of exchange {id} were started on demand, which is more than were asked for");
        }

        CheckRepeats(_runs.Select(x => (x.Key, Told(x.Answer)?.Value?.RunId)));
        foreach (var run in _waits.Where(wait => wait.IsCompletedSuccessfully).Select(TestNode.Answered).OfType<RunView>())
        {
            var kept = store.Tables.Runs[run.RunId];
            Require(run == kept, $"somebody was told of the end\n{run}, kept is\n{kept}");
        }
    }

    private static bool MayBeDone(Answer<ExchangeView> told) => told.Why is null or { Kind: RejectionKind.OutcomeUnknown };

    // Null where the process died before it answered.
    private static Answer<T>? Told<T>(Task<Answer<T>> answer)
        where T : class => answer.IsCompleted ? TestNode.Answered(answer) : (Answer<T>?)null;

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
