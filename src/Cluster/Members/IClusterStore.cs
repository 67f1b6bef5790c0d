using MarketManager.Kernel;

namespace MarketManager.Cluster.Members;

/// <summary>What a node says of itself when it joins.</summary>
/// <param name="Incarnation">New at every join.</param>
/// <param name="Name">Unique among those that live.</param>
/// <param name="Address">Where peers reach it.</param>
/// <param name="Roles">What it does.</param>
/// <param name="Level">The newest kinds of events that it understands.</param>
/// <param name="Lanes">How many connections it writes with.</param>
/// <param name="Lease">How long it may give no sign of life.</param>
public sealed record Joining(Guid Incarnation, string Name, Uri Address, IReadOnlyList<string> Roles, int Level, int Lanes, TimeSpan Lease);

/// <summary>A look at the cluster's tables and locks, in one statement.</summary>
/// <param name="View">Members, and who owns what.</param>
/// <param name="Beats">The counter of each member that lives; it must move.</param>
/// <param name="Present">The members whose presence session holds its lock: their process has a connection to the store.</param>
public sealed record ClusterSight(ClusterView View, IReadOnlyDictionary<Guid, long> Beats, IReadOnlySet<Guid> Present);

/// <summary>
/// Where a cluster agrees: one store that all nodes share. Each call is one transaction.
/// </summary>
/// <remarks>
/// <see cref="Connect"/>, <see cref="Look"/> and <see cref="Beat"/> go through the presence session, one at a time, and may complete
/// synchronously: the caller has a thread for that, so that a busy thread pool does not cost it its lease. All others change who
/// owns what, may wait for locks, do not keep the caller's thread meanwhile, and may run beside those.
/// All throw <see cref="StoreUnavailableException"/> where the store does not answer. A session that broke off is not repaired
/// behind the caller's back: what was observed through it is worth nothing any more, so <see cref="Connect"/> is called again.
/// </remarks>
public interface IClusterStore : IAsyncDisposable
{
    /// <summary>Opens the presence session anew and takes the lock of <paramref name="incarnation"/>.</summary>
    /// <returns>Rises with every session: observations through different ones must not be compared.</returns>
    ValueTask<long> Connect(Guid incarnation, CancellationToken cancellationToken);

    /// <summary>Becomes a member.</summary>
    /// <exception cref="NodeNameTakenException">A node of that name lives.</exception>
    /// <exception cref="NodeTooOldException">The cluster writes kinds of events that this program does not understand.</exception>
    /// <exception cref="OtherSecretException">The nodes that live have another secret. Where none lives, this one's counts from now on.</exception>
    ValueTask Join(Joining me, CancellationToken cancellationToken);

    /// <summary>Looks at everything.</summary>
    ValueTask<ClusterSight> Look(CancellationToken cancellationToken);

    /// <summary>Gives a sign of life.</summary>
    /// <returns>False where this incarnation was declared dead: it never lives again.</returns>
    ValueTask<bool> Beat(CancellationToken cancellationToken);

    /// <summary>Declares a member dead and frees its shards, unless it gave a sign of life since.</summary>
    /// <param name="dead">Whom.</param>
    /// <param name="seenBeat">The counter on which the judgement rests.</param>
    /// <param name="reason">For people.</param>
    /// <param name="cancellationToken">Ends the try.</param>
    /// <returns>False where it lives after all, or somebody else was faster.</returns>
    ValueTask<bool> Condemn(Guid dead, long seenBeat, string reason, CancellationToken cancellationToken);

    /// <summary>Takes free shards of a role, those meant for this node first.</summary>
    /// <returns>What was taken, with its new epochs; empty where this incarnation is dead.</returns>
    ValueTask<IReadOnlyList<Fence>> Claim(string role, int most, CancellationToken cancellationToken);

    /// <summary>Gives a shard free whose actors have stopped; waits for this node's writes that are under way.</summary>
    /// <param name="shard">As it was claimed.</param>
    /// <param name="wanted">Who should take it; null: anybody.</param>
    /// <param name="cancellationToken">Ends the try.</param>
    /// <returns>False where it was not this node's any more.</returns>
    ValueTask<bool> Release(Fence shard, Guid? wanted, CancellationToken cancellationToken);

    /// <summary>Says that this node leaves: nobody hands anything to it any more.</summary>
    ValueTask SetLeaving(bool leaving, CancellationToken cancellationToken);

    /// <summary>Is no member any more. Waits for its writes that are under way; what it still owns is free after it.</summary>
    ValueTask Leave(CancellationToken cancellationToken);

    /// <summary>
    /// Raised, from any thread, when somebody changed something (a claim, a release, a death). A hint that makes it worth looking
    /// now: it may be missed, so that whoever relies on a change looks at intervals, too.
    /// </summary>
    event Action? News;
}

/// <summary>A node of this name lives already in the cluster.</summary>
public sealed class NodeNameTakenException(string name, Uri address)
    : StoreException($"a node named '{name}' lives at {address}; every node needs a name of its own (--node)")
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <summary>Where the one that lives is.</summary>
    public Uri Address { get; } = address;
}

/// <summary>The cluster's data holds, or may hold from now on, kinds of events that this program does not understand.</summary>
public sealed class NodeTooOldException(int level, int cluster)
    : StoreException($"the cluster writes events of level {cluster}, this program understands level {level}: start a newer version");

/// <summary>The nodes that live have another secret: this one would own what it could not be asked for.</summary>
public sealed class OtherSecretException(IEnumerable<string> living) : StoreException(
    $"the cluster in this database has another --cluster-secret, by which {string.Join(", ", living)} live: give this node the same, or, to "
    + "change it, stop all nodes and start them with the new one");
