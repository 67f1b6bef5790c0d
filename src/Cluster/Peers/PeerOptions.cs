namespace MarketManager.Cluster.Peers;

/// <summary>How nodes talk to each other. Not a record: those print what they hold, and this holds a secret.</summary>
public sealed class PeerOptions
{
    /// <summary>The shortest secret, in characters.</summary>
    public const int ShortestSecret = 16;

    /// <summary>Known to all nodes of the cluster and to nobody else; at least <see cref="ShortestSecret"/> characters. Never
    /// sent, but who overhears a handshake can try guesses, so it should be random.</summary>
    public required string Secret { get; init; }

    /// <summary>Who may vouch for peers whose address is https; null: those that the machine trusts.</summary>
    public PeerAuthorities? Authorities { get; init; }

    /// <summary>Requests that one connection may have unanswered; the next ones are refused as busy. Default 4,096.</summary>
    public int MaxCalls { get; init; } = 4_096;

    /// <summary>Bytes that may wait to be written to one connection. A request over it is refused as busy; a reply over it is
    /// answered as failed, since it was executed. Default 32 MiB.</summary>
    public int MaxQueuedBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Connections that may be in their handshake at once; where one more comes, the oldest of them is cut. Default 64.</summary>
    public int MaxHandshakes { get; init; } = 64;

    /// <summary>How long a connection may take until both sides know each other. Default 5 s.</summary>
    public TimeSpan HandshakePatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a life sign is asked for; a peer that was silent for two whole intervals is taken for dead.
    /// Default 1 s, which notices within 3 s.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The first pause after a connection could not be made; doubles, with jitter, up to <see cref="LongestPause"/>.
    /// Asking meanwhile fails at once. Default 50 ms.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause between two tries. Default 1 s.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(1);
}
