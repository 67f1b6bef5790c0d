using System.Text.Json;
using MarketManager.Actors;
using MarketManager.Cluster.Peers;

namespace MarketManager.Cluster.Exchanges;

/// <summary>Answers what other nodes ask of the exchanges of this one.</summary>
internal sealed class ExchangePeers(ExchangeOwner owner) : IPeerHandler
{
    /// <summary>The number of requests about exchanges.</summary>
    public const ushort Operation = 1;

    /// <inheritdoc/>
    public async ValueTask<PeerReply> Handle(PeerRequest request, CancellationToken cancellationToken)
    {
        ExchangeRequest asked;
        try
        {
            asked = ExchangeRequest.FromJson(request.Payload.Span);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return PeerReply.Declined($"this node does not understand the request: {e.Message}");
        }

        var answer = await owner.Handle(asked, cancellationToken);
        return answer.Why is { Kind: RejectionKind.Moved } moved
            ? PeerReply.Declined(moved.Detail)
            : PeerReply.Of(JsonSerializer.SerializeToUtf8Bytes(answer, ClusterJson.Default.KeptAnswer));
    }
}
