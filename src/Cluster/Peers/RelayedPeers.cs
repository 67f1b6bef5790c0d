using System.Buffers.Binary;
using MarketManager.Cluster.Members;

namespace MarketManager.Cluster.Peers;

/// <summary>Asks a node that cannot be reached from here through one that can: one hop, never more.</summary>
/// <remarks>
/// Only what was certainly not sent takes the second way, so nothing is carried out twice; the request keeps its id over the hop.
/// It is also what answers when another node asks for the hop.
/// </remarks>
public sealed class RelayedPeers(IPeers direct, IClusterViews views, TimeProvider time) : IPeers, IPeerHandler
{
    /// <summary>The number of requests that are passed on.</summary>
    public const ushort Operation = 3;

    // To whom, which operation, whether it only reads; then the payload.
    private const int HeadBytes = 16 + sizeof(ushort) + 1;

    /// <inheritdoc/>
    public async ValueTask<PeerReply> Ask(Member to, PeerRequest request, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var reply = await direct.Ask(to, request, cancellationToken);
        if (reply.Outcome is not PeerOutcome.Unreachable || request.Payload.Length > PeerRequest.MaxPayload - HeadBytes)
        {
            return reply;
        }

        var view = views.Current;
        foreach (var between in view.Members.Where(member => member.Incarnation != view.Me && member.Incarnation != to.Incarnation).ToList())
        {
            var left = request.Within - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                break;
            }

            var relayed = await direct.Ask(between, Wrap(to, request with { Within = left }), cancellationToken);
            if (!relayed.IsNotExecuted)
            {
                return relayed;
            }
        }

        return reply;
    }

    /// <summary>Passes a request on.</summary>
    /// <inheritdoc/>
    public async ValueTask<PeerReply> Handle(PeerRequest request, CancellationToken cancellationToken)
    {
        if (request.Payload.Length < HeadBytes)
        {
            return PeerReply.Declined("a request that is to be passed on says to whom");
        }

        var head = request.Payload.Span;
        if (views.Current.Find(new Guid(head[..16])) is not { } to)
        {
            return PeerReply.Declined("the node that it is for does not live, as far as this one knows");
        }

        var inner = request with
        {
            Operation = BinaryPrimitives.ReadUInt16LittleEndian(head[16..]),
            IsSafe = head[HeadBytes - 1] != 0,
            Payload = request.Payload[HeadBytes..],
        };
        var reply = await direct.Ask(to, inner, cancellationToken);
        return reply.IsReplied ? reply
            : reply.IsNotExecuted ? PeerReply.Declined(reply.Why)
            : PeerReply.Without(reply.Outcome is PeerOutcome.Failed ? PeerOutcome.Failed : PeerOutcome.Lost, reply.Why);
    }

    private static PeerRequest Wrap(Member to, PeerRequest request)
    {
        var payload = new byte[HeadBytes + request.Payload.Length];
        to.Incarnation.TryWriteBytes(payload);
        BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(16), request.Operation);
        payload[HeadBytes - 1] = request.IsSafe ? (byte)1 : (byte)0;
        request.Payload.CopyTo(payload.AsMemory(HeadBytes));
        // Nobody remembers what became of the hop: a repeat asks the node that it is for, which does.
        return request with { Operation = Operation, Payload = payload, IsSafe = true };
    }
}
