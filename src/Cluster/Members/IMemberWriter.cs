namespace MarketManager.Cluster.Members;

/// <summary>What writes to the store in the name of a member: only who is one may write.</summary>
public interface IMemberWriter
{
    /// <summary>The node lives under this incarnation from now on, and owns nothing yet.</summary>
    /// <param name="incarnation">In whose name is written.</param>
    /// <param name="lanes">How many connections may write.</param>
    /// <param name="cancellationToken">Ends the try.</param>
    ValueTask Enter(Guid incarnation, int lanes, CancellationToken cancellationToken);

    /// <summary>The node is no member any more; its actors have stopped.</summary>
    ValueTask Exit();
}
