namespace MarketManager.Cluster.Members;

/// <summary>How a node takes part in a cluster.</summary>
public sealed record ClusterOptions
{
    /// <summary>The node's name; unique among those that live.</summary>
    public required string Name { get; init; }

    /// <summary>Where its peers reach it.</summary>
    public required Uri Address { get; init; }

    /// <summary>What it does: api, gather, trade, store.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>The newest kinds of events that this program understands.</summary>
    public int Level { get; init; } = 1;

    /// <summary>How many connections it writes with.</summary>
    public int Lanes { get; init; } = 4;

    /// <summary>A node without a sign of life for so long is declared dead. At least 1 s. Others judge it by this, whatever theirs is.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often it looks at the others; news make it look at once.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A node whose presence session is gone for so long is declared dead. The same on all nodes.</summary>
    public TimeSpan AbsenceGrace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A watcher that did not look for so long was itself away: what it saw before counts no more.</summary>
    public TimeSpan LongestGap { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long runs may still take in a shard that is handed over, whatever for.</summary>
    public TimeSpan HandOverPatience { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>After that a leaving node leaves whatever is still running.</summary>
    public TimeSpan LeaveWithin { get; init; } = TimeSpan.FromSeconds(9);

    /// <summary>How many shards are on their way out at once for the sake of balance, not counting those that wait for runs; the others go on meanwhile.</summary>
    public int HandBacksAtOnce { get; init; } = 2;

    /// <summary>How many shards are on their way out at once when the node leaves: each release takes a turn, and those that wait for theirs answer nobody.</summary>
    public int LeavesAtOnce { get; init; } = 4;

    /// <summary>What takes longer to close waits for runs.</summary>
    public TimeSpan SlowClose { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long nothing is claimed after shards could not be opened.</summary>
    public TimeSpan ClaimPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A third of the lease: two signs of life may be lost.</summary>
    public TimeSpan BeatEvery => Lease / 3;
}
