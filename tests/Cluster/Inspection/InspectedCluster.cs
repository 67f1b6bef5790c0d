using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Settings;
using MarketManager.Cluster.Inspection;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Peers;
using MarketManager.Cluster.Tests.Members;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Cluster.Tests.Inspection;

/// <summary>A simulated cluster whose nodes can be looked into, and ask each other without a network.</summary>
internal sealed class InspectedCluster : IPeers, IStoreHealth
{
    private readonly SimulatedCluster _cluster = new(seed: 1);
    private readonly Dictionary<string, ClusterInspector> _inspectors = [];
    private readonly ExchangeDirectory _directory = new(); // of all: nobody has an exchange

    public InspectedCluster(params string[] names)
    {
        foreach (var name in names)
        {
            Start(name, "gather");
        }

        _cluster.UntilBalanced(TimeSpan.FromSeconds(10));
        Recover();
    }

    /// <summary>Those that do not answer others.</summary>
    public HashSet<string> Silent { get; } = [];

    public ClusterInspector this[string name] => _inspectors[name];

    public SimulatedNode Node(string name) => _cluster.Nodes.Single(node => node.Name == name);

    public void Start(string name, params string[] roles)
    {
        var node = _cluster.Start(name, roles: roles);
        var system = new ActorSystem(name, _cluster.World, NullLoggerFactory.Instance, _cluster.Scheduler);
        _inspectors[name] = new ClusterInspector(name, node.Node, this, system, _directory, this);
    }

    /// <summary>All shards are open.</summary>
    public void Recover()
    {
        for (var shard = 0; shard < Shard.Count; shard++)
        {
            _directory.Open(shard, null);
        }
    }

    /// <summary>No shard is open, although it has an owner.</summary>
    public void Forget()
    {
        for (var shard = 0; shard < Shard.Count; shard++)
        {
            _directory.Close(shard);
        }
    }

    /// <summary>Whether the store answers.</summary>
    public bool IsStoreAway { set => _cluster.Tables.IsDown = value; }

    public void Advance(TimeSpan span) => _cluster.Advance(span);

    /// <summary>Lets time pass until the answer is there. Views wake their readers on the pool, so it gets a moment at each step.</summary>
    public async Task<T> Answer<T>(ValueTask<T> asked)
    {
        var task = asked.AsTask();
        for (var steps = 0; !task.IsCompleted && steps < 2000; steps++)
        {
            _cluster.Advance(TimeSpan.FromMilliseconds(10));
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System));
        }

        return await task;
    }

    public ValueTask<PeerReply> Ask(Member to, PeerRequest request, CancellationToken cancellationToken) => Silent.Contains(to.Name)
        ? new(PeerReply.Without(PeerOutcome.Overdue, "no answer came in time"))
        : _inspectors[to.Name].Handler.Handle(request, cancellationToken);

    public ValueTask<StoreHealth> Check(CancellationToken cancellationToken) => new(new StoreHealth("postgresql", "15.6", true, null));
}
