using MarketManager.Actors;
using MarketManager.Actors.Exchanges;
using MarketManager.Api.Status;
using MarketManager.Cluster.Exchanges;
using MarketManager.Cluster.Inspection;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Peers;
using MarketManager.Cluster.Shards;
using MarketManager.Host.Settings;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql;
using MarketManager.Storage.PostgreSql.Membership;

namespace MarketManager.Host.Composition;

/// <summary>What makes a node one of many: its membership, the way to its peers, and the exchanges of all of them.</summary>
internal sealed partial class ClusterPart : IAsyncDisposable
{
    // Together with the second that requests have, a node is down within ten.
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromMilliseconds(7500);

    private static readonly TimeSpan FollowEvery = TimeSpan.FromSeconds(5);

    private readonly PostgresStore _store;
    private readonly Uri _address;
    private readonly World _world;
    private readonly ILogger _log;
    private readonly ClusterNode _node;
    private readonly ClusterThread _thread;
    private readonly Peers _peers;
    private readonly CancellationTokenSource _cut = new();
    private Task _life = Task.CompletedTask;
    private bool _isLeaving;
    private bool _hasWarned;

    /// <summary>Prepares it; the node is no member before <see cref="Join"/>.</summary>
    public ClusterPart(
        ClusterSettings settings,
        PeerAuthorities? authorities,
        NodeInfo me,
        PostgresStore store,
        ActorSystem system,
        ExchangeSystem exchanges,
        World world,
        ILoggerFactory loggers)
    {
        (_store, _address, _world, _log) = (store, new Uri(me.Address), world, loggers.CreateLogger<ClusterPart>());
        _thread = new ClusterThread(world.Time);
        _node = new ClusterNode(
            new ClusterOptions
            {
                Name = me.Name,
                Address = _address,
                Roles = me.Roles,
                Level = DomainCodec.Level,
                Lanes = PostgresStore.Lanes,
                Lease = settings.Lease,
                HandOverPatience = ExchangeSystem.LeavePatience,
                LeaveWithin = LeaveWithin,
            },
            new PostgresClusterStore(
                store.Servers, settings.Lease, _thread.Time, loggers.CreateLogger<PostgresClusterStore>(), new ClusterSeal(settings.Secret)),
            new PooledShardHost(new ExchangeShards(exchanges)),
            new Writer(store),
            new TcpPeerProbe(world.Time),
            world,
            _thread.Time,
            loggers.CreateLogger<ClusterNode>());
        store.Condemned += _ => _node.LookNow();
        var options = new PeerOptions { Secret = settings.Secret, Authorities = authorities };
        _peers = new Peers(_node.Views, options, world, loggers.CreateLogger<Peers>());
        var relayed = new RelayedPeers(_peers, _node.Views, world.Time);
        Isolation = new Isolation(
            ExchangeShards.Role,
            _peers,
            _node.Views,
            _node.SetIsolated,
            (2 * settings.Lease) + TimeSpan.FromSeconds(2),
            world,
            loggers.CreateLogger<Isolation>());
        var clustered = new ClusterExchanges(exchanges, _node.Lease);
        var inspector = new ClusterInspector(me.Name, _node, _peers, system, exchanges.Directory, store.Health);
        Inspector = inspector;
        var operations = new PeerOperations(new Dictionary<ushort, IPeerHandler>
        {
            [ClusterExchanges.Operation] = clustered.Handler,
            [ClusterInspector.Operation] = inspector.Handler,
            [RelayedPeers.Operation] = relayed,
        });
        Server = new PeerServer(operations, _node.Views, options, world, loggers.CreateLogger<PeerServer>());
        Gateway = clustered.Gateway(world, _node.Views, relayed, store.Exchanges, store.Runs, store.Settings);
    }

    /// <summary>The way to the exchanges of all nodes.</summary>
    public ClusterGateway Gateway { get; }

    /// <summary>Looks into the cluster, and moves what is in it.</summary>
    public IClusterInspector Inspector { get; }

    /// <summary>Answers the other nodes.</summary>
    public PeerServer Server { get; }

    /// <summary>Notices that no peer can be reached.</summary>
    public Isolation Isolation { get; }

    /// <summary>The node's membership.</summary>
    public ClusterNode Node => _node;

    /// <summary>The name of the node that owns an exchange, as this one saw it last; null where nobody does.</summary>
    public string? OwnerOf(long exchange) => _node.Views.Current.OwnerOf(ExchangeShards.Role, Shard.Of(exchange))?.Name;

    /// <summary>Completes when membership has ended: after <see cref="HandOver"/> and the end, or, with the reason, because it cannot go on.</summary>
    public Task Ended => _life;

    /// <summary>Becomes a member; the exchanges of its shards follow, see <see cref="ClusterNode.Recovered"/>.</summary>
    /// <exception cref="StoreException">It cannot become one.</exception>
    public async Task Join(CancellationToken cancellationToken)
    {
        _life = _thread.Run(() => _node.Run(_cut.Token));
        await _node.Joined.WaitAsync(cancellationToken);
    }

    /// <summary>Hands over what it has. It stays a member, which passes requests on, until it is disposed of.</summary>
    public Task HandOver()
    {
        _isLeaving = true;
        return _node.HandOver();
    }

    /// <summary>Reads now and then what other nodes may have changed in the store, until it is cancelled.</summary>
    public async Task Follow(Func<CancellationToken, ValueTask> also, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(FollowEvery, _world.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                WarnOfLoopback();
                try
                {
                    await Gateway.FollowPause(stopping);
                    await also(stopping);
                }
                catch (StoreException e)
                {
                    LogNotFollowed(_log, e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The node leaves.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isLeaving)
        {
            await _node.Leave();
        }

        await _cut.CancelAllAsync();
        try
        {
            await _life;
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            // Said when it happened.
        }

        await Server.DisposeAsync();
        await _peers.DisposeAsync();
        _node.Dispose();
        _cut.Dispose();
    }

    private void WarnOfLoopback()
    {
        if (!_hasWarned && PeerAddress.Stranger(_address, _node.Views.Current.Members.Select(member => member.Address)) is { } stranger)
        {
            _hasWarned = true;
            LogLoopback(_log, stranger, _address);
        }
    }

    [LoggerMessage(2, LogLevel.Warning, "the node at {Stranger} cannot reach this one at {Address}, which means the machine itself; set --node-address")]
    private static partial void LogLoopback(ILogger log, Uri stranger, Uri address);

    [LoggerMessage(1, LogLevel.Debug, "could not read what other nodes have set: {Reason}")]
    private static partial void LogNotFollowed(ILogger log, string reason);

    /// <summary>Tells the store in whose name it writes.</summary>
    private sealed class Writer(PostgresStore store) : IMemberWriter
    {
        public ValueTask Enter(Guid incarnation, int lanes, CancellationToken cancellationToken) =>
            store.Enter(incarnation, lanes, cancellationToken);

        public void Leave() => store.Leave();

        public ValueTask Exit() => store.Exit();
    }
}
