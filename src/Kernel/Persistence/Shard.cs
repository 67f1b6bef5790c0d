namespace MarketManager.Kernel;

/// <summary>Which part of a role's actors an actor belongs to. Parts, not single actors, have owners.</summary>
/// <remarks>Kept with the data: another count or another hash would look for an actor's events in the wrong part.</remarks>
public static class Shard
{
    /// <summary>Parts per role: divides evenly among 2, 3, 4, 5, 6, 8 and 10 nodes.</summary>
    public const int Count = 120;

    /// <summary>The name of the hash, as it is kept with the data.</summary>
    public const string Hash = "splitmix64";

    /// <summary>The part of an actor, from 0 to <see cref="Count"/> - 1, whatever its entity.</summary>
    /// <param name="id">The actor's id within its entity.</param>
    public static int Of(long id)
    {
        // The finalizer of SplitMix64: neighbouring ids land far apart.
        var z = unchecked((ulong)id + 0x9E3779B97F4A7C15UL);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
        return (int)((z ^ (z >> 31)) % Count);
    }
}

/// <summary>
/// The right to write in the name of a shard's actors, as it was when they were recovered. A store that several nodes share
/// refuses the write of a holder whose right has passed on.
/// </summary>
/// <param name="Role">The role whose shard it is, such as <c>gather</c>.</param>
/// <param name="Shard">From 0 to <see cref="Kernel.Shard.Count"/> - 1.</param>
/// <param name="Epoch">Rises whenever the shard changes hands.</param>
public readonly record struct Fence(string Role, int Shard, long Epoch)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Role}/{Shard}@{Epoch}";
}
