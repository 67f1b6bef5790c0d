using MarketManager.Actors;
using MarketManager.Actors.Exchanges;

namespace MarketManager.Simulation.Tests.Cluster;

/// <summary>
/// What clients read, held against what some client had been told before: nobody may be shown an older state by any node.
/// </summary>
internal sealed class Reads
{
    private readonly List<(long Id, Task<Answer<ExchangeView>> Answer)> _told = [];
    private readonly List<(long Id, Task<Answer<ExchangeView>> Answer)> _deleted = [];
    private readonly List<(long Id, Shown AtLeast, bool IsGone, Task<Answer<ExchangeView>> Answer)> _reads = [];

    /// <summary>A client is told of a state.</summary>
    public Task<Answer<ExchangeView>> Told(long id, Task<Answer<ExchangeView>> answer)
    {
        _told.Add((id, answer));
        return answer;
    }

    /// <summary>A client is told of a deletion.</summary>
    public Task<Answer<ExchangeView>> Deleted(long id, Task<Answer<ExchangeView>> answer)
    {
        _deleted.Add((id, answer));
        return answer;
    }

    /// <summary>A client reads. What was answered before this is the least that it must see.</summary>
    public void Read(long id, Func<Task<Answer<ExchangeView>>> read)
    {
        var told = _told.Where(x => x.Id == id).Select(x => Value(x.Answer)).OfType<ExchangeView>().ToList();
        var atLeast = new Shown(
            told.Select(ChangesOf).DefaultIfEmpty(0).Max(), told.Select(view => view.Version).DefaultIfEmpty(0).Max(), told.Max(view => view.Status.LastRunId));
        var isGone = _deleted.Any(x => x.Id == id && Value(x.Answer) is not null);
        var answer = read();
        _reads.Add((id, atLeast, isGone, answer));
        _told.Add((id, answer));
    }

    /// <summary>How many reads were answered.</summary>
    public int Answered => _reads.Count(read => Value(read.Answer) is not null);

    /// <summary>Throws where somebody was shown the past.</summary>
    /// <param name="isDeleted">Whether an exchange was deleted at any time.</param>
    public void Check(Func<long, bool> isDeleted)
    {
        foreach (var (id, atLeast, isGone, answer) in _reads)
        {
            if (atLeast.Changes > 0 && !isDeleted(id) && IsNotFound(answer))
            {
                throw new InvalidOperationException($"exchange {id} was not found, although it was there");
            }

            if (Value(answer) is not { } view)
            {
                continue;
            }

            if (isGone)
            {
                throw new InvalidOperationException($"exchange {id} was shown after its deletion had been confirmed");
            }

            var shown = new Shown(ChangesOf(view), view.Version, view.Status.LastRunId);
            if (shown.IsBefore(atLeast))
            {
                throw new InvalidOperationException($"exchange {id} was shown as of {shown} by {view.Status.Node}, when {atLeast} had been shown before");
            }
        }
    }

    private static ExchangeView? Value(Task<Answer<ExchangeView>> answer) =>
        answer.IsCompletedSuccessfully ? answer.GetAwaiter().GetResult().Value : null;

    private static bool IsNotFound(Task<Answer<ExchangeView>> answer) =>
        answer.IsCompletedSuccessfully && answer.GetAwaiter().GetResult().Why is { Kind: RejectionKind.NotFound };

    // The rest of a revision is the attempt of the run that is going, which a new owner does not know.
    private static long ChangesOf(ExchangeView view) => view.Revision >> 8;

    /// <summary>What only rises.</summary>
    /// <param name="Changes">Events and changes of hands together: an owner may lack an event and have one more of the latter.</param>
    /// <param name="Version">What clients have changed, which no change of hands raises.</param>
    /// <param name="Run">The latest run; ids sort by time.</param>
    private sealed record Shown(long Changes, long Version, Guid? Run)
    {
        public bool IsBefore(Shown other) =>
            Changes < other.Changes || Version < other.Version || Comparer<Guid?>.Default.Compare(Run, other.Run) < 0;
    }
}
