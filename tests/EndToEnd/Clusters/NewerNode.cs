using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Shards;
using MarketManager.EndToEnd.Tests.Nodes;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql;
using MarketManager.Storage.PostgreSql.Membership;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.EndToEnd.Tests.Clusters;

/// <summary>
/// A node of the next version, in this process: its membership and its store are the production's own, its exchanges are what a
/// test writes in their names.
/// </summary>
internal sealed class NewerNode : IShardHost, IMemberWriter, IAsyncDisposable
{
    /// <summary>The next level: what it adds, this program could not read.</summary>
    public const int Level = 2;

    private readonly TcpListener _address = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<int, Fence> _open = new();
    private readonly PostgresStore _store;
    private readonly ClusterNode _node;
    private readonly Task _life;

    private NewerNode(RealCluster cluster, PostgresStore store)
    {
        _store = store;
        _address.Start();
        var thread = new ClusterThread(TimeProvider.System);
        _node = new ClusterNode(
            new ClusterOptions
            {
                Name = "newer",
                Address = new Uri($"http://{_address.LocalEndpoint}"),
                Roles = ["gather"],
                Level = Level,
                Lanes = PostgresStore.Lanes,
                Lease = cluster.Lease,
            },
            new PostgresClusterStore(
                store.Servers, cluster.Lease, thread.Time, NullLogger<PostgresClusterStore>.Instance, new ClusterSeal(RealCluster.Secret)),
            new PooledShardHost(this),
            this,
            new TcpPeerProbe(TimeProvider.System),
            World.Real(),
            thread.Time,
            NullLogger<ClusterNode>.Instance);
        _life = thread.Run(() => _node.Run(CancellationToken.None));
    }

    public IReadOnlyList<string> Roles { get; } = ["gather"];

    /// <summary>How many shards it carries.</summary>
    public int Shards => _open.Count;

    public static async Task<NewerNode> Start(RealCluster cluster)
    {
        var node = new NewerNode(cluster, await PostgresStore.Open(
            new PostgresOptions { ConnectionString = cluster.Postgres }, World.Real(), NullLoggerFactory.Instance));
        await node._node.Joined;
        return node;
    }

    /// <summary>Whether it carries an exchange.</summary>
    public bool Carries(long exchange) => _open.ContainsKey(Shard.Of(exchange));

    /// <summary>Writes a kind of event that came with its version, after all that the exchange has.</summary>
    public async Task WriteNewKind(long exchange, long after) => await _store.Journal.Append(new JournalWrite(
        new PersistenceId("exchange", exchange),
        after + 1,
        [new JournalEvent("exchange.renamed", 1, TimeProvider.System.GetUtcNow(), "{}"u8.ToArray(), Level)],
        [],
        Fence: _open[Shard.Of(exchange)]));

    public ValueTask Open(IReadOnlyList<Fence> shards, CancellationToken cancellationToken)
    {
        foreach (var fence in shards)
        {
            _open[fence.Shard] = fence;
        }

        return default;
    }

    public ValueTask Close(Fence shard, TimeSpan patience, CancellationToken cancellationToken) => Drop([shard]);

    public ValueTask Drop(IReadOnlyList<Fence> shards)
    {
        foreach (var fence in shards)
        {
            _open.TryRemove(fence.Shard, out _);
        }

        return default;
    }

    public ValueTask Enter(Guid incarnation, int lanes, CancellationToken cancellationToken) => _store.Enter(incarnation, lanes, cancellationToken);

    public void Leave() => _store.Leave();

    public ValueTask Exit() => _store.Exit();

    public async ValueTask DisposeAsync()
    {
        await _node.Leave();
        await _life;
        _node.Dispose();
        await _store.DisposeAsync();
        _address.Dispose();
    }
}
