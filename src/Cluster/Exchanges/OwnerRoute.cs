using System.Text.Json;
using MarketManager.Actors;
using MarketManager.Actors.Idempotency;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Peers;
using MarketManager.Kernel;

namespace MarketManager.Cluster.Exchanges;

/// <summary>Brings a request to the node that owns the exchange, and is not put off while the owner changes.</summary>
/// <remarks>
/// What was certainly not carried out is sent again, to whoever owns the exchange by then. So is a command whose fate is not
/// known, under the same key: an owner that has carried it out, or whose predecessor has, answers what was answered first.
/// </remarks>
/// <param name="world">The clock and ids.</param>
/// <param name="views">Who owns what.</param>
/// <param name="lease">Whether this node sees the store.</param>
/// <param name="here">Carries out what is asked of this node's own exchanges.</param>
/// <param name="peers">The other nodes.</param>
internal sealed class OwnerRoute(
    World world, IClusterViews views, ILease lease, Func<ExchangeRequest, CancellationToken, ValueTask<KeptAnswer>> here, IPeers peers)
{
    /// <summary>Timers know nothing shorter: who waited for less would not wait at all, and try again and again.</summary>
    public static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    /// <summary>Owners change within a second or two: what lasts longer than this has another reason, which is answered then.</summary>
    public static readonly TimeSpan Hope = TimeSpan.FromSeconds(5);

    // In which a node that is ending has ended: a defect that shows each time is not asked for any longer.
    private static readonly TimeSpan FailurePatience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan TellPatience = TimeSpan.FromSeconds(2);
    private static readonly Rejection NoOwner = new(
        RejectionKind.Unavailable, "no node could take the request in time, because the exchange is changing hands; nothing was changed; try again");

    private static readonly Rejection NoCarrier = new(
        RejectionKind.Unavailable,
        $"no live node carries exchanges; nothing was changed; start one with the role '{ExchangeShards.Role}', then try again");

    private static readonly Rejection Unknown = new(
        RejectionKind.OutcomeUnknown,
        "the node that owns the exchange did not answer in time; the change may or may not have been made");

    private static Rejection Busy(string node) => new(
        RejectionKind.Unavailable, $"{node}, which has the exchange, has more to answer than it can; nothing was changed; try again in a few seconds");

    /// <summary>The owner's answer, or why none could be had within <paramref name="patience"/>.</summary>
    public async ValueTask<KeptAnswer> Ask(ExchangeRequest request, TimeSpan patience, CancellationToken cancellationToken)
    {
        var began = world.Time.GetTimestamp();
        var isUnknown = false;
        string? busy = null;
        PeerRequest? sent = null;
        var tries = 0;
        (Guid Owner, long Since)? failing = null;
        for (var view = views.Current; ;)
        {
            var waited = world.Time.GetElapsedTime(began);
            var left = patience - waited;
            var obstacle = Obstacle(view) ?? (busy is null ? null : Busy(busy));
            if (left < ShortestWait || (waited >= Hope && obstacle is not null))
            {
                Routed(request, waited, "none");
                return Rejected(isUnknown && request.IsCommand ? Unknown : obstacle ?? NoOwner);
            }

            busy = null;
            if (view.OwnerOf(ExchangeShards.Role, Shard.Of(request.Id)) is { } owner)
            {
                Fate fate;
                tries++;
                if (owner.Incarnation == view.Me)
                {
                    fate = FateOf(await here(request, cancellationToken));
                }
                else
                {
                    // Without an answer a try is repeated under its id: the same node then waits for one that is under way, and does
                    // not begin another. After an answer a new try is a new one; the key keeps it from being carried out twice.
                    sent = (sent ?? Wrap(request, left)) with { Within = left };
                    var reply = await peers.Ask(owner, sent, cancellationToken);
                    fate = FateOf(reply);
                    busy = reply.Outcome is PeerOutcome.Busy ? owner.Name : null;
                    sent = reply.IsReplied || reply.Outcome is PeerOutcome.Failed ? null : sent;
                    failing = reply.Outcome is not PeerOutcome.Failed ? null
                        : failing?.Owner == owner.Incarnation ? failing
                        : (owner.Incarnation, world.Time.GetTimestamp());
                    if (failing is { } series && world.Time.GetElapsedTime(series.Since) >= FailurePatience)
                    {
                        Routed(request, world.Time.GetElapsedTime(began), "none");
                        return request.IsCommand
                            ? Rejected(Unknown)
                            : throw new InvalidOperationException($"{owner.Name}, which has the exchange: {reply.Why}");
                    }
                }

                // Who could not do it now says nothing about an earlier try, which may have done it.
                if (fate.Answer is { } answer && !(isUnknown && answer.Why is { Kind: RejectionKind.Unavailable }))
                {
                    Routed(
                        request, world.Time.GetElapsedTime(began), tries > 1 ? "moved" : owner.Incarnation == view.Me ? "here" : "peer");
                    return answer;
                }

                isUnknown |= fate.IsUnknown;
            }

            view = await Newer(view, left, cancellationToken);
        }
    }

    /// <summary>Tells all other nodes, each for itself; one that cannot be reached is not told.</summary>
    public async ValueTask Tell(ExchangeRequest request, CancellationToken cancellationToken)
    {
        var view = views.Current;
        var asks = view.Members.Where(member => member.Incarnation != view.Me)
            .Select(member => peers.Ask(member, Wrap(request, TellPatience), cancellationToken))
            .ToList();
        foreach (var ask in asks)
        {
            await ask;
        }
    }

    // A wait for the end of a run says nothing about the way.
    private static void Routed(ExchangeRequest request, TimeSpan took, string owner)
    {
        if (request is not ExchangeRequest.WhenEnded)
        {
            ClusterMetrics.Routed(took, owner);
        }
    }

    /// <summary>What else than a change of owners keeps a request from being carried out; null: nothing that can be seen from here.</summary>
    private Rejection? Obstacle(ClusterView view) =>
        !lease.Holds ? Rejections.StoreAway
        : view.Members.Any(member => member.Has(ExchangeShards.Role)) ? null
        : NoCarrier;

    private PeerRequest Wrap(ExchangeRequest request, TimeSpan within) =>
        new(world.NewId(world.Now), ExchangePeers.Operation, request.ToJson(), within) { IsSafe = !request.IsCommand };

    private static Fate FateOf(PeerReply reply)
    {
        if (!reply.IsReplied)
        {
            return new Fate(null, !reply.IsNotExecuted);
        }

        return FateOf(JsonSerializer.Deserialize(reply.Payload.Span, ClusterJson.Default.KeptAnswer)!);
    }

    private static Fate FateOf(KeptAnswer answer) => answer.Why?.Kind switch
    {
        RejectionKind.Moved => new Fate(null, false),
        RejectionKind.OutcomeUnknown => new Fate(null, true),
        _ => new Fate(answer, false),
    };

    // A short pause even where nothing is news: a node may have claimed a shard and not have opened it yet.
    private async ValueTask<ClusterView> Newer(ClusterView seen, TimeSpan left, CancellationToken cancellationToken)
    {
        using var pause = new CancellationTokenSource(left < Pause ? left : Pause, world.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, cancellationToken);
        try
        {
            return await views.After(seen, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return views.Current;
        }
    }

    private static KeptAnswer Rejected(Rejection why) => new(null, null, why);

    /// <summary>What became of a try.</summary>
    /// <param name="Answer">Null where it is to be tried again.</param>
    /// <param name="IsUnknown">Whether it may have been carried out.</param>
    private readonly record struct Fate(KeptAnswer? Answer, bool IsUnknown);
}
