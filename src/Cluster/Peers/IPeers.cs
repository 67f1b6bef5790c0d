using MarketManager.Cluster.Members;

namespace MarketManager.Cluster.Peers;

/// <summary>Asks other nodes. Every answer says whether the request was executed, certainly was not, or may have been.</summary>
/// <remarks>
/// Nothing is repeated behind the caller's back. Who repeats keeps the request's id: the same node then answers what it answered
/// before, and does nothing twice (see <see cref="RequestLedger"/>).
/// </remarks>
public interface IPeers
{
    /// <summary>Sends a request to a node and waits for the answer, at most as long as the request allows.</summary>
    /// <param name="to">This incarnation and no other: a node that was restarted since refuses.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellationToken">The caller no longer wants to know; the node is told, and may stop or go on.</param>
    /// <exception cref="OperationCanceledException">The caller gave up; whether the request was executed is not known.</exception>
    ValueTask<PeerReply> Ask(Member to, PeerRequest request, CancellationToken cancellationToken);
}

/// <summary>Executes what other nodes ask of this one.</summary>
public interface IPeerHandler
{
    /// <summary>Executes one request; called once for each id that is remembered, which those of requests that only read are not.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellationToken">Nobody waits for the answer any more: its time is over, or all who asked gave up.</param>
    /// <returns><see cref="PeerReply.Of"/>, or <see cref="PeerReply.Declined"/> where nothing was done, for certain.</returns>
    /// <remarks>Runs on the connection's reader until its first await, so it must not block. An exception is answered as
    /// <see cref="PeerOutcome.Failed"/>: nobody knows then how far it went.</remarks>
    ValueTask<PeerReply> Handle(PeerRequest request, CancellationToken cancellationToken);
}
