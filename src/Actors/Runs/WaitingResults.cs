namespace MarketManager.Actors.Runs;

/// <summary>
/// The memory of results that wait for a store that is away, over all entities of a node: a store that stays away must not bring
/// the node down. What would not fit is given up, and its run ends as failed.
/// </summary>
/// <param name="capacity">In bytes, by estimate.</param>
public sealed class WaitingResults(long capacity)
{
    private long _bytes;

    /// <summary>Keeps room for a result.</summary>
    /// <returns>False where there is none.</returns>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= capacity)
        {
            return true;
        }

        GiveBack(bytes);
        return false;
    }

    /// <summary>The result does not wait any more.</summary>
    public void GiveBack(long bytes) => Interlocked.Add(ref _bytes, -bytes);
}
