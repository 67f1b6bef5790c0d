using System.Text.Json;
using MarketManager.Actors;
using MarketManager.Actors.Exchanges;
using MarketManager.Cluster.Exchanges;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Peers;
using MarketManager.Cluster.Shards;
using MarketManager.Kernel;

namespace MarketManager.Cluster.Inspection;

/// <summary>What a node says of itself and does to itself, whoever asks: its own front, or another node's.</summary>
internal sealed class LocalInspection(
    ActorSystem system, ExchangeDirectory exchanges, ClusterNode node, IReadOnlyList<string> roles) : IPeerHandler
{
    // A node that was asked to leave says so to the store within a turn or two of its loop.
    private static readonly TimeSpan SayPatience = TimeSpan.FromSeconds(3);

    private static readonly Rejection NotDone = new(
        RejectionKind.Conflict, "the node does not own that shard any more, or hands it to a third one already, or the other one does not take shards of that role now");

    private static readonly Rejection NotSaid = new(
        RejectionKind.Unavailable, "the node could not tell the store yet that it hands everything over; it does when the store answers");

    private static readonly Rejection NotSaidBack = new(
        RejectionKind.Unavailable, "the node could not tell the store yet that it takes its share again; it does when the store answers");

    private static readonly Rejection Alone = new(
        RejectionKind.Conflict, "the node is not drained any more, but reaches no other node; it takes its share again when it does");

    private static readonly Rejection Stopping = new(
        RejectionKind.Conflict, "the node is being stopped, and does not come back before it is started again");

    /// <inheritdoc/>
    public async ValueTask<PeerReply> Handle(PeerRequest request, CancellationToken cancellationToken)
    {
        InspectionRequest asked;
        try
        {
            asked = InspectionRequest.FromJson(request.Payload.Span);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return PeerReply.Declined($"this node does not understand the request: {e.Message}");
        }

        var answer = await Answer(asked, cancellationToken);
        return PeerReply.Of(JsonSerializer.SerializeToUtf8Bytes(answer, InspectionJson.Default.InspectionReply));
    }

    /// <summary>Answers for this node.</summary>
    public async ValueTask<InspectionReply> Answer(InspectionRequest request, CancellationToken cancellationToken)
    {
        switch (request)
        {
            case InspectionRequest.Look:
                return new InspectionReply { Look = Look() };
            case InspectionRequest.Actor { Exchange: var id }:
                return new InspectionReply { Actor = Look(id) };
            case InspectionRequest.Move x:
                return new InspectionReply { Why = await node.Move(x.Role, x.Shard, x.To).WaitAsync(cancellationToken) ? null : NotDone };
            case InspectionRequest.Drain:
                return new InspectionReply { Why = await Drain(cancellationToken) };
            case InspectionRequest.Resume:
                node.Resume();
                return new InspectionReply
                {
                    Why = node is { IsIsolated: true, IsEnding: false } ? Alone
                        : await IsSaid(isLeaving: false, cancellationToken) ? null
                        : node.IsEnding ? Stopping
                        : NotSaidBack,
                };
            default:
                throw new ArgumentOutOfRangeException(nameof(request), request, "not a request about a node");
        }
    }

    /// <summary>How this node stands.</summary>
    public NodeLook Look() => new(
        system.ActorCount,
        new Dictionary<string, IReadOnlyDictionary<int, int>> { [ExchangeShards.Role] = exchanges.CountByShard() },
        node.LeaseLeft);

    private ActorLook Look(long exchange) => new(
        exchanges.Find(exchange)?.Inspect(), exchanges.Broken.GetValueOrDefault(exchange), exchanges.Lacks(exchange), system.World.Now);

    private async ValueTask<Rejection?> Drain(CancellationToken cancellationToken)
    {
        if (OnlyOneFor(node.Views.Current, roles) is { } role)
        {
            return OnlyOne(role);
        }

        node.Drain();
        var isSaid = await IsSaid(isLeaving: true, cancellationToken);
        if (!node.IsNeeded)
        {
            return isSaid ? null : NotSaid;
        }

        // Another one was drained at the same time.
        node.Resume();
        return OnlyOne(string.Join(", ", roles));
    }

    private static Rejection OnlyOne(string role) => new(
        RejectionKind.Conflict, $"no other node takes the shards of {role}; start one, or resume one, before this one is drained");

    /// <summary>The first role that nobody but the viewer can carry; null where there is none.</summary>
    private static string? OnlyOneFor(ClusterView view, IReadOnlyList<string> roles) => view.Find(view.Me) is { } me
        ? roles.FirstOrDefault(role => me.Has(role) && !FairShare.Eligible(view, role).Any(other => other != me.Incarnation))
        : null;

    private ValueTask<bool> IsSaid(bool isLeaving, CancellationToken cancellationToken) => node.Views.Until(
        view => view.Find(view.Me) is { } me && me.IsLeaving == isLeaving, SayPatience, system.World.Time, cancellationToken);
}
