using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Settings;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Peers;
using MarketManager.Kernel;

namespace MarketManager.Cluster.Exchanges;

/// <summary>The exchanges of a cluster as one of its nodes reaches them, and as it answers for its own.</summary>
public sealed class ClusterExchanges
{
    /// <summary>The number of requests about exchanges.</summary>
    public const ushort Operation = ExchangePeers.Operation;

    private readonly ILease _lease;
    private readonly ExchangeOwner _owner;
    private readonly ExchangePeers _handler;

    /// <summary>Prepares to answer for the exchanges of this node.</summary>
    /// <param name="here">The exchanges of the shards that this node owns.</param>
    /// <param name="lease">Whether this node is certainly taken for alive.</param>
    public ClusterExchanges(ExchangeSystem here, ILease lease)
    {
        Here = here;
        _lease = lease;
        _owner = new ExchangeOwner(here.Local, lease);
        _handler = new ExchangePeers(_owner);
    }

    /// <summary>The exchanges of this node.</summary>
    public ExchangeSystem Here { get; }

    /// <summary>Answers the other nodes.</summary>
    public IPeerHandler Handler => _handler;

    /// <summary>The way to the exchanges of all nodes.</summary>
    /// <param name="world">The clock and ids.</param>
    /// <param name="views">Who owns what.</param>
    /// <param name="peers">The other nodes.</param>
    /// <param name="exchanges">Gives ids out.</param>
    /// <param name="runs">The history of runs.</param>
    /// <param name="settings">Remembers whether all are paused.</param>
    public ClusterGateway Gateway(
        World world, IClusterViews views, IPeers peers, IExchangeReader exchanges, IRunReader runs, ISettingStore settings) =>
        new(world, Here.Local, new OwnerRoute(world, views, _lease, _owner.Handle, peers), exchanges, runs, settings);
}
