using MarketManager.Actors;
using MarketManager.Api.Problems;

namespace MarketManager.Api.Cluster;

/// <summary>What can be in the way of a look into the cluster.</summary>
internal static class ClusterProblems
{
    /// <summary>There is no cluster to look into.</summary>
    public static readonly Problem OnItsOwn = Problem.NotFound("this node is on its own; start it with --postgres to make it one of a cluster");

    /// <summary>What was refused. Nothing here takes an Idempotency-Key: a repeat asks for the same state, and does no harm.</summary>
    public static Problem Of(Rejection why) => why.Kind == RejectionKind.OutcomeUnknown
        ? new Problem(ProblemKind.OutcomeUnknown, why.Detail + "; it may be done all the same: look, or repeat the request")
        : Problem.From(why);
}
