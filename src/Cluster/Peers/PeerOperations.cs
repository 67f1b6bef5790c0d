using System.Collections.Frozen;

namespace MarketManager.Cluster.Peers;

/// <summary>Gives each request to whoever its operation belongs to.</summary>
/// <param name="handlers">By the operation's number.</param>
public sealed class PeerOperations(IReadOnlyDictionary<ushort, IPeerHandler> handlers) : IPeerHandler
{
    private readonly FrozenDictionary<ushort, IPeerHandler> _handlers = handlers.ToFrozenDictionary();

    /// <inheritdoc/>
    public ValueTask<PeerReply> Handle(PeerRequest request, CancellationToken cancellationToken) =>
        _handlers.TryGetValue(request.Operation, out var handler)
            ? handler.Handle(request, cancellationToken)
            : new(PeerReply.Declined($"this node does not know operation {request.Operation}; is its version older?"));
}
