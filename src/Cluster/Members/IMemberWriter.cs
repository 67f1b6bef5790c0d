namespace MarketManager.Cluster.Members;

/// <summary>What writes to the store in the name of a member: the store refuses what is written before it has joined.</summary>
public interface IMemberWriter
{
    /// <summary>The node is about to join under this incarnation: it opens what it will write through.</summary>
    /// <param name="incarnation">In whose name is written.</param>
    /// <param name="lanes">How many connections may write.</param>
    /// <param name="cancellationToken">Ends the try.</param>
    ValueTask Enter(Guid incarnation, int lanes, CancellationToken cancellationToken);

    /// <summary>The node is no member any more, and its actors are about to stop: nobody is to wait for a store that is away.</summary>
    void Leave();

    /// <summary>The node is no member any more; its actors have stopped.</summary>
    ValueTask Exit();
}
