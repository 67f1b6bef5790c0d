using System.Text;

namespace MarketManager.Cluster.Peers;

/// <summary>How a request ended, seen from the node that asked. The numbers are part of the protocol.</summary>
public enum PeerOutcome : byte
{
    /// <summary>It was executed; the payload is its answer.</summary>
    Replied = 0,

    /// <summary>Not executed: no connection, or it broke before the request was sent.</summary>
    Unreachable = 1,

    /// <summary>Not executed: the node is of another cluster, another incarnation, or does not accept the secret.</summary>
    Refused = 2,

    /// <summary>Not executed: its time was over before it could begin.</summary>
    Expired = 3,

    /// <summary>Not executed: a queue on the way was full.</summary>
    Busy = 4,

    /// <summary>Not executed: the node says so, because it stops or is not the owner.</summary>
    Declined = 5,

    /// <summary>Unknown: the connection broke after the request was sent.</summary>
    Lost = 16,

    /// <summary>Unknown: no answer came in time.</summary>
    Overdue = 17,

    /// <summary>Unknown: it began and failed.</summary>
    Failed = 18,
}

/// <summary>The answer to a <see cref="PeerRequest"/>.</summary>
/// <param name="Outcome">Whether it was executed.</param>
/// <param name="Payload">The answer; where there is none, the reason as UTF-8 for people.</param>
public readonly record struct PeerReply(PeerOutcome Outcome, ReadOnlyMemory<byte> Payload)
{
    /// <summary>True where the request was executed and answered.</summary>
    public bool IsReplied => Outcome == PeerOutcome.Replied;

    /// <summary>True where the request did nothing and never will: it may be sent again, to any node.</summary>
    public bool IsNotExecuted => Outcome is > PeerOutcome.Replied and < PeerOutcome.Lost;

    /// <summary>Why there is no answer; empty where there is one.</summary>
    public string Why => IsReplied ? string.Empty : Encoding.UTF8.GetString(Payload.Span);

    /// <summary>It was executed, and this is its answer.</summary>
    public static PeerReply Of(ReadOnlyMemory<byte> payload) => new(PeerOutcome.Replied, payload);

    /// <summary>It was not executed, for certain.</summary>
    public static PeerReply Declined(string why) => Without(PeerOutcome.Declined, why);

    /// <summary>It has no answer.</summary>
    public static PeerReply Without(PeerOutcome outcome, string why) => new(outcome, Encoding.UTF8.GetBytes(why));

    /// <inheritdoc/>
    public override string ToString() => IsReplied ? $"{Payload.Length} bytes" : $"{Outcome}: {Why}";
}
