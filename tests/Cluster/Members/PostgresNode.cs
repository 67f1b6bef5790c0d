using System.Net;
using System.Net.Sockets;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Shards;
using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql.Membership;
using MarketManager.Storage.PostgreSql.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Cluster.Tests.Members;

/// <summary>A node of a real cluster, on its own thread with its own sessions and its own port; it carries shards that do nothing.</summary>
internal sealed class PostgresNode : IShardHost, IMemberWriter, IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<(string Role, int Shard), Fence> _open = [];
    private readonly List<Guid> _lives = [];
    private readonly TcpListener _door = new(IPAddress.Loopback, 0);

    public PostgresNode(string connection, string name, TimeSpan lease, string secret)
    {
        _door.Start();
        Name = name;
        var world = World.Real();
        var thread = new ClusterThread(world.Time);
        Store = new PostgresClusterStore(
            new PostgresServers(connection), lease, world.Time, NullLogger<PostgresClusterStore>.Instance, new ClusterSeal(secret));
        var options = new ClusterOptions { Name = name, Address = new Uri($"http://{_door.LocalEndpoint}"), Roles = Roles, Lease = lease };
        Node = new ClusterNode(
            options, Store, new PooledShardHost(this), this, new TcpPeerProbe(world.Time), world, thread.Time, NullLogger<ClusterNode>.Instance);
        Running = thread.Run(() => Node.Run(_stop.Token));
    }

    public string Name { get; }

    public ClusterNode Node { get; }

    public PostgresClusterStore Store { get; }

    public Task Running { get; }

    public IReadOnlyList<string> Roles { get; } = ["gather"];

    public int Drops { get; private set; }

    public Guid Me
    {
        get
        {
            lock (_open)
            {
                return _lives.Count == 0 ? default : _lives[^1];
            }
        }
    }

    public IReadOnlyDictionary<(string Role, int Shard), Fence> Open
    {
        get
        {
            lock (_open)
            {
                return new Dictionary<(string, int), Fence>(_open);
            }
        }
    }

    /// <summary>Nobody listens at its address any more, as if its process had ended.</summary>
    public void CloseDoor() => _door.Stop();

    /// <summary>Ends it without a word.</summary>
    public async Task Kill()
    {
        CloseDoor();
        await _stop.CancelAsync();
        await Running;
    }

    ValueTask IShardHost.Open(IReadOnlyList<Fence> shards, CancellationToken cancellationToken)
    {
        lock (_open)
        {
            foreach (var shard in shards)
            {
                _open.Add((shard.Role, shard.Shard), shard);
            }
        }

        return default;
    }

    ValueTask IShardHost.Close(Fence shard, TimeSpan patience, CancellationToken cancellationToken)
    {
        lock (_open)
        {
            _open.Remove((shard.Role, shard.Shard));
        }

        return default;
    }

    ValueTask IShardHost.Drop(IReadOnlyList<Fence> shards)
    {
        lock (_open)
        {
            Drops += shards.Count;
            foreach (var shard in shards)
            {
                _open.Remove((shard.Role, shard.Shard));
            }
        }

        return default;
    }

    ValueTask IMemberWriter.Enter(Guid incarnation, int lanes, CancellationToken cancellationToken)
    {
        lock (_open)
        {
            _lives.Add(incarnation);
        }

        return default;
    }

    void IMemberWriter.Leave()
    {
    }

    ValueTask IMemberWriter.Exit() => default;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await Running;
        }
        catch (StoreException)
        {
            // The test has seen it.
        }

        _door.Dispose();
        Node.Dispose();
        _stop.Dispose();
    }
}
