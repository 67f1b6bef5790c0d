namespace MarketManager.Cluster.Members;

/// <summary>
/// How long this node may take itself for alive: until then nobody has declared it dead. By its own monotonic clock, counted from
/// before the last sign of life was sent. Writes do not depend on it (they are fenced); answers and effects do.
/// </summary>
public interface ILease
{
    /// <summary>Whether it holds now. To be asked <em>after</em> the state that is to be answered was read.</summary>
    bool Holds { get; }
}
