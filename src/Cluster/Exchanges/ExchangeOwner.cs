using MarketManager.Actors;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Cluster.Members;

namespace MarketManager.Cluster.Exchanges;

/// <summary>Carries out what is asked of the exchanges that this node owns, whoever asks: its own front, or another node's.</summary>
internal sealed class ExchangeOwner(ExchangeGateway exchanges, ILease lease)
{
    /// <summary>The answer; a rejection of kind <see cref="RejectionKind.Moved"/> where it was certainly not carried out here.</summary>
    public async ValueTask<KeptAnswer> Handle(ExchangeRequest request, CancellationToken cancellationToken)
    {
        if (!lease.Holds && request is not (ExchangeRequest.Pause or ExchangeRequest.WhenEnded))
        {
            return new KeptAnswer(null, null, Rejections.Moved); // without asking a store that may not answer
        }

        var answer = request switch
        {
            ExchangeRequest.Create x => Kept(await exchanges.CreateAs(x.Id, x.Draft, x.Key, cancellationToken)),
            ExchangeRequest.Get x => Kept(await exchanges.Get(x.Id, cancellationToken)),
            ExchangeRequest.Change x => Kept(await exchanges.Change(x.Id, x.Changes, x.ExpectedVersion, x.Key, cancellationToken)),
            ExchangeRequest.Delete x => Kept(await exchanges.Delete(x.Id, x.ExpectedVersion, x.Key, cancellationToken)),
            ExchangeRequest.Run x => Kept(await exchanges.Run(x.Id, x.Key, cancellationToken)),
            ExchangeRequest.WhenEnded x => new KeptAnswer(null, await exchanges.WhenEnded(x.Id, x.RunId, x.Patience, cancellationToken), null),
            ExchangeRequest.Pause x => await Pause(x.Paused),
            _ => throw new ArgumentOutOfRangeException(nameof(request), request, "not a request about exchanges"),
        };

        return lease.Holds || IsGoodWithoutLease(request, answer) ? answer : new KeptAnswer(null, null, Rejections.Moved);
    }

    // What was written proves itself: it was fenced. What may have been written must not be said to have changed nothing. What was
    // only read is good while nobody can have taken the exchange over.
    internal static bool IsGoodWithoutLease(ExchangeRequest request, KeptAnswer answer) =>
        request is ExchangeRequest.Pause
        || answer.Why is { Kind: RejectionKind.OutcomeUnknown }
        || (request.IsCommand && answer.Why is null);

    private async ValueTask<KeptAnswer> Pause(bool paused)
    {
        await exchanges.ApplyPaused(paused);
        return new KeptAnswer(null, null, null);
    }

    private static KeptAnswer Kept(Answer<ExchangeView> answer) => new(answer.Value, null, answer.Why);

    private static KeptAnswer Kept(Answer<Actors.Runs.RunView> answer) => new(null, answer.Value, answer.Why);
}
