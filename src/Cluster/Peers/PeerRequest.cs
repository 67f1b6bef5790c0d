namespace MarketManager.Cluster.Peers;

/// <summary>What one node asks of another.</summary>
/// <param name="Id">Stays the same when the request is repeated, on whichever node.</param>
/// <param name="Operation">What is to be done; its numbers belong to the handler.</param>
/// <param name="Payload">The operation's own bytes, at most <see cref="MaxPayload"/>; must not change while they are asked with.</param>
/// <param name="Within">How long the asker will wait. Travels as what remains of it, so that clocks are never compared.</param>
public sealed record PeerRequest(Guid Id, ushort Operation, ReadOnlyMemory<byte> Payload, TimeSpan Within)
{
    /// <summary>The longest payload of a request or a reply, in bytes.</summary>
    public const int MaxPayload = 16 * 1024 * 1024;

    /// <summary>True for what only reads: doing it twice does no harm, so its answer is not kept.</summary>
    public bool IsSafe { get; init; }
}
