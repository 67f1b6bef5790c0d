using MarketManager.Cluster.Members;
using MarketManager.Cluster.Shards;
using MarketManager.Kernel;
using MarketManager.TestKit.Cluster;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Cluster.Tests.Members;

/// <summary>A node of a simulated cluster, and the host, the writer and the door that it believes to have.</summary>
internal sealed class SimulatedNode : IShardHost, IMemberWriter, IDisposable
{
    private readonly SimulatedCluster _cluster;
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<(string, int)> _busy = [];
    private int _closes;

    public SimulatedNode(SimulatedCluster cluster, string name, int level = 1, IReadOnlyList<string>? roles = null)
    {
        _cluster = cluster;
        Name = name;
        Store = cluster.Tables.Connection();
        Roles = roles ?? ["gather"];
        var options = cluster.Options with { Name = name, Address = new Uri($"http://{name}:1"), Roles = Roles, Level = level };
        Node = new ClusterNode(
            options, Store, this, this, cluster, cluster.World, cluster.Time, NullLogger<ClusterNode>.Instance);
    }

    public string Name { get; }

    public ClusterNode Node { get; }

    public FakeClusterStore Store { get; }

    public IReadOnlyList<string> Roles { get; }

    /// <summary>The shards whose actors run, and the right they write with.</summary>
    public Dictionary<(string Role, int Shard), Fence> Open { get; } = [];

    /// <summary>The incarnations under which it could write, in order.</summary>
    public List<Guid> Lives { get; } = [];

    public Task Running { get; private set; } = Task.CompletedTask;

    public bool IsRunning => !Running.IsCompleted;

    public Guid Me => Lives.Count == 0 ? default : Lives[^1];

    /// <summary>How long the host takes for a call at most.</summary>
    public TimeSpan LongestCall { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long it takes to stop actors that must not go on, at most.</summary>
    public TimeSpan LongestDrop { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Whether the store gives it no sessions to write through.</summary>
    public bool CannotWrite { get; set; }

    /// <summary>Holds every call of Open up until it completes, as a journal that nobody may read does; null: none.</summary>
    public Task? Held { get; set; }

    /// <summary>How many calls of Open will fail.</summary>
    public int FailingOpens { get; set; }

    public int Opens { get; private set; }

    public int Drops { get; private set; }

    /// <summary>How many shards it was giving back at the same time, at most.</summary>
    public int MostCloses { get; private set; }

    public void Start() => _cluster.Scheduler.Post(() => Running = Node.Run(_stop.Token));

    /// <summary>The process ends from one moment to the next.</summary>
    public void Kill()
    {
        Open.Clear();
        _cluster.Dead.Add(new Uri($"http://{Name}:1"));
        Store.Break();
        _cluster.Scheduler.Post(_stop.Cancel);
    }

    public void Dispose()
    {
        Node.Dispose();
        _stop.Dispose();
    }

    async ValueTask IShardHost.Open(IReadOnlyList<Fence> shards, CancellationToken cancellationToken)
    {
        using var calls = Begin(shards);
        Opens++;
        await _cluster.Pass(LongestCall, cancellationToken);
        await (Held ?? Task.CompletedTask);
        if (FailingOpens > 0)
        {
            FailingOpens--;
            throw new StoreUnavailableException("the journal cannot be read");
        }

        foreach (var shard in shards)
        {
            Open.Add((shard.Role, shard.Shard), shard);
        }
    }

    async ValueTask IShardHost.Close(Fence shard, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var calls = Begin([shard]);
        MostCloses = Math.Max(MostCloses, ++_closes);
        try
        {
            await _cluster.Pass(LongestCall, cancellationToken);
            Open.Remove((shard.Role, shard.Shard));
        }
        finally
        {
            _closes--;
        }
    }

    async ValueTask IShardHost.Drop(IReadOnlyList<Fence> shards)
    {
        using var calls = Begin(shards);
        Drops += shards.Count;
        foreach (var shard in shards)
        {
            Open.Remove((shard.Role, shard.Shard));
        }

        await _cluster.Pass(LongestDrop, CancellationToken.None);
    }

    async ValueTask IMemberWriter.Enter(Guid incarnation, int lanes, CancellationToken cancellationToken)
    {
        await _cluster.Pass(TimeSpan.FromMilliseconds(20), cancellationToken);
        if (CannotWrite)
        {
            throw new StoreUnavailableException("too many connections");
        }

        Lives.Add(incarnation);
    }

    void IMemberWriter.Leave()
    {
    }

    ValueTask IMemberWriter.Exit()
    {
        if (Open.Count > 0)
        {
            _cluster.Complain($"{Name} ends writing with {Open.Count} shards open");
        }

        return default;
    }

    private Calls Begin(IReadOnlyList<Fence> shards)
    {
        foreach (var shard in shards)
        {
            if (!_busy.Add((shard.Role, shard.Shard)))
            {
                _cluster.Complain($"{Name} calls its host twice at once for {shard}");
            }
        }

        return new Calls(() => _busy.ExceptWith(shards.Select(shard => (shard.Role, shard.Shard))));
    }

    private sealed class Calls(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
