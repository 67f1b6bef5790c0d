using MarketManager.Kernel;

namespace MarketManager.Cluster.Shards;

/// <summary>Where a shard that this node owns, or just owned, stands.</summary>
internal enum HoldingState
{
    /// <summary>Claimed; its actors are recovering.</summary>
    Opening,

    /// <summary>Its actors run.</summary>
    Open,

    /// <summary>Its actors end what they do.</summary>
    Closing,

    /// <summary>Nothing of it runs; it waits to be released.</summary>
    Closed,

    /// <summary>The store is being told.</summary>
    Releasing,

    /// <summary>It was taken away; its actors are being stopped.</summary>
    Dropping,
}

/// <summary>A shard that this node owns, or just owned.</summary>
/// <param name="fence">As it was claimed.</param>
/// <param name="order">Rises with every shard that is taken.</param>
internal sealed class Holding(Fence fence, long order)
{
    public Fence Fence { get; } = fence;

    public long Order { get; } = order;

    public HoldingState State { get; set; } = HoldingState.Opening;

    /// <summary>To whom it goes; null: to anybody.</summary>
    public Guid? For { get; set; }

    /// <summary>When its actors were asked to end; a duration since an arbitrary point.</summary>
    public TimeSpan ClosingSince { get; set; }

    /// <summary>The host's latest call for this shard. Never fails.</summary>
    public Task Call { get; set; } = Task.CompletedTask;

    /// <summary>Set by that call when it ends, for the loop to collect.</summary>
    public bool HasEnded { get; set; }

    /// <summary>What it failed with.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether this node still means to keep it.</summary>
    public bool IsKept => State is HoldingState.Opening or HoldingState.Open;
}
