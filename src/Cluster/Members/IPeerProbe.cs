namespace MarketManager.Cluster.Members;

/// <summary>Knocks at the door of a node whose session is gone.</summary>
public interface IPeerProbe
{
    /// <summary>
    /// Whether the machine says that nobody listens there, so that the process has ended. No answer at all says nothing: the way
    /// may be blocked.
    /// </summary>
    ValueTask<bool> Refuses(Uri address, CancellationToken cancellationToken);
}
