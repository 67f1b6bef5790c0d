namespace MarketManager.Cluster.Members;

/// <summary>One life of a node in the cluster: a start of its process, or a new beginning after it was declared dead.</summary>
/// <param name="Incarnation">Of this life; never used again.</param>
/// <param name="Name">The node's name; unique among those that live.</param>
/// <param name="Address">Where its peers and its clients reach it.</param>
/// <param name="Roles">What it does: api, gather, trade, store.</param>
/// <param name="Level">The newest kinds of events that it understands; see <see cref="ClusterView.Level"/>.</param>
/// <param name="IsLeaving">True once it hands over what it has and takes nothing more.</param>
/// <param name="Joined">When it joined, by the store's clock, UTC; of two nodes that cannot reach each other, the one that joined first keeps everything.</param>
/// <param name="Lease">How long it may give no sign of life; null: a version that does not say so, and goes by what the watcher has.</param>
public sealed record Member(
    Guid Incarnation, string Name, Uri Address, IReadOnlyList<string> Roles, int Level, bool IsLeaving, DateTimeOffset Joined, TimeSpan? Lease = null)
{
    /// <summary>Whether it does this.</summary>
    public bool Has(string role) => Roles.Contains(role);
}
