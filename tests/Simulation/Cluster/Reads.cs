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
    private readonly List<(long Id, long AtLeast, bool IsGone, Task<Answer<ExchangeView>> Answer)> _reads = [];

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
        var atLeast = _told.Where(x => x.Id == id).Select(x => ChangesOf(x.Answer)).DefaultIfEmpty(0).Max();
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
            if (atLeast > 0 && !isDeleted(id) && IsNotFound(answer))
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

            if (ChangesOf(answer) < atLeast)
            {
                throw new InvalidOperationException(
                    $"exchange {id} was shown as of change {ChangesOf(answer)} by {view.Status.Node}, when change {atLeast} had been shown before");
            }
        }
    }

    private static ExchangeView? Value(Task<Answer<ExchangeView>> answer) =>
        answer.IsCompletedSuccessfully ? answer.GetAwaiter().GetResult().Value : null;

    private static bool IsNotFound(Task<Answer<ExchangeView>> answer) =>
        answer.IsCompletedSuccessfully && answer.GetAwaiter().GetResult().Why is { Kind: RejectionKind.NotFound };

    // The rest of a revision is the attempt of the run that is going, which a new owner does not know.
    private static long ChangesOf(Task<Answer<ExchangeView>> answer) => Value(answer) is { } view ? view.Revision >> 8 : 0;
}
