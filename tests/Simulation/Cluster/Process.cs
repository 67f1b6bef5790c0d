using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Markets;
using MarketManager.Actors.Tests.Harness;
using MarketManager.Cluster.Exchanges;
using MarketManager.Cluster.Members;
using MarketManager.Cluster.Peers;
using MarketManager.Kernel;
using MarketManager.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MarketManager.Simulation.Tests.Cluster;

/// <summary>One process of a node: put together as the host does, on a clock, a store and a network of the simulation.</summary>
#pragma warning disable CA1001 // A process that dies disposes of nothing.
internal sealed class Process
#pragma warning restore CA1001
{
    private static readonly TimeSpan FollowEvery = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookAtPeersEvery = TimeSpan.FromSeconds(1);

    private readonly Universe _universe;
    private readonly SharedStore _store;
    private readonly StoreLink _link;
    private readonly World _world;
    private readonly ProcessJournal _journal;
    private readonly List<Task> _asked = [];
    private bool _isCutOff;
    private ClusterNode? _node;
    private RequestLedger? _ledger;
    private TaskCompletionSource _thawed = new();

    private Process(Universe universe, SharedStore store, Network network, string name, int life)
    {
        (_universe, _store, Name) = (universe, store, name);
        Address = new Uri($"http://{name}");
        var seed = unchecked((universe.Seed * 1009) + (life * 31) + name[^1]);
        Turns = new SeededScheduler(seed);
        Clock = new ProcessClock(
            universe.Clock, Turns,
            TimeSpan.FromHours(1 + universe.Weather.Pick(1000)), TimeSpan.FromMilliseconds(universe.Weather.Pick(8000) - 4000));
        _world = TestWorld.Create(Clock, seed);
        _link = new StoreLink(store.Cluster);
        _journal = new ProcessJournal(universe, store, _link, this);
        Source = new FaultySource(store.Data, universe.Weather, Clock, () => Node.Lease.Holds);
        universe.Resume(Turns);
        network.Listen(this);
        Life = Universe.Begin(Turns, () => Live(network));
    }

    public string Name { get; }

    public Uri Address { get; }

    public ProcessClock Clock { get; }

    /// <summary>The scheduler of everything in it.</summary>
    public SeededScheduler Turns { get; }

    public FaultySource Source { get; }

    /// <summary>Ends when the process does by itself: it could not start, or has left.</summary>
    public Task<bool> Life { get; }

    public bool IsDead { get; private set; }

    public bool IsFrozen { get; private set; }

    /// <summary>Whether it was asked to end.</summary>
    public bool IsLeaving { get; private set; }

    /// <summary>Whether what it sends to the store arrives.</summary>
    public bool ReachesStore => _link.IsOpen;

    /// <summary>Whether the store is about to commit something for it.</summary>
    public bool IsWriting => _journal.IsWriting;

    /// <summary>Completes when a frozen process goes on.</summary>
    public Task Thawed => _thawed.Task;

    public ClusterNode Node => _node ?? throw new InvalidOperationException("the process has not come so far");

    public ExchangeSystem? Exchanges { get; private set; }

    /// <summary>Whether a client waits for an answer.</summary>
    public bool IsAsked => _asked.Any(asked => !asked.IsCompleted);

    /// <summary>The way to all exchanges; null until it serves.</summary>
    public ClusterGateway? Gateway { get; private set; }

    /// <summary>Starts a process.</summary>
    public static Process Start(Universe universe, SharedStore store, Network network, string name, int life) =>
        new(universe, store, network, name, life);

    /// <summary>It dies where it stands; the machine closes its connections.</summary>
    public void Kill()
    {
        IsDead = true;
        Clock.Die();
        _universe.Halt(Turns);
        Source.Die();
        _thawed.TrySetResult();
        _universe.Outside.Post(_link.Membership.Break);
    }

    /// <summary>It takes no turns until <see cref="Thaw"/>; time goes on, and its connections stay.</summary>
    public void Freeze()
    {
        if (!IsFrozen && !IsDead)
        {
            IsFrozen = true;
            _thawed = new TaskCompletionSource();
            _universe.Halt(Turns);
        }
    }

    public void Thaw()
    {
        if (IsFrozen && !IsDead)
        {
            IsFrozen = false;
            _universe.Resume(Turns);
            _thawed.TrySetResult();
        }
    }

    /// <summary>The store cannot be reached from here, or can again.</summary>
    public void CutOffFromStore(bool isCutOff)
    {
        _isCutOff = isCutOff;
        _universe.Outside.Post(() => _link.Membership.IsCutOff = _isCutOff); // turns come in any order: the last word counts
    }

    /// <summary>It is asked to end in an orderly way; <see cref="Life"/> tells when it has.</summary>
    public void Leave()
    {
        if (_node is { } node)
        {
            IsLeaving = true;
            Turns.Post(() => _ = node.Leave());
        }
    }

    /// <summary>A client sends something; it is answered as the process takes its turns.</summary>
    public Task<T> Send<T>(Func<IExchangeGateway, ValueTask<T>> request)
    {
        var answer = Universe.Begin(Turns, () => request(Gateway!).AsTask());
        _asked.RemoveAll(asked => asked.IsCompleted);
        _asked.Add(answer);
        return answer;
    }

    /// <summary>Answers another node.</summary>
    public ValueTask<PeerReply> Serve(Guid incarnation, PeerRequest request) =>
        _ledger is null || Node.Views.Current.Me != incarnation
            ? new(PeerReply.Without(PeerOutcome.Refused, "this is another incarnation"))
            : _ledger.Handle(request);

    private async Task<bool> Live(Network network)
    {
        var data = new ProcessStore(_store, _link);
        var system = new ActorSystem(Name, _world, NullLoggerFactory.Instance, Turns);
        Exchanges = await ExchangeSystem.Start(
            system,
            new ExchangePorts(_journal, data, data, data, data, Source, new FakeVenues()),
            new ExchangePolicy(Name, Stablecoins.Default, AllowPrivateAddresses: true),
            NullLogger<ExchangeSystem>.Instance,
            CancellationToken.None);
        _node = new ClusterNode(
            new ClusterOptions
            {
                Name = Name,
                Address = Address,
                Roles = [ExchangeShards.Role],
                Lanes = Lanes.Count,
                Lease = Lease,
                HandOverPatience = TimeSpan.FromSeconds(6),
                LeaveWithin = TimeSpan.FromSeconds(7.5),
            },
            new ProcessMembership(_universe, _link.Membership),
            new ExchangeShards(Exchanges),
            _journal,
            new Network.Probe(network, _universe, this),
            _world,
            Clock,
            NullLogger<ClusterNode>.Instance);
        _journal.Condemned += _node.LookNow;
        var clustered = new ClusterExchanges(Exchanges, _node.Lease);
        var peers = new Network.Peers(network, this);
        var relayed = new RelayedPeers(peers, _node.Views, _world.Time);
        var operations = new PeerOperations(new Dictionary<ushort, IPeerHandler>
        {
            [ClusterExchanges.Operation] = clustered.Handler,
            [RelayedPeers.Operation] = relayed,
        });
        _ledger = new RequestLedger(operations, _world, NullLogger.Instance);
        var gateway = clustered.Gateway(_world, _node.Views, relayed, data, data, data);
        var isolation = new Isolation(
            ExchangeShards.Role,
            peers,
            _node.Views,
            _node.SetIsolated,
            (2 * Lease) + TimeSpan.FromSeconds(2),
            _world,
            NullLogger<Isolation>.Instance);
        _ = WatchPeers(isolation);
        var membership = _node.Run(CancellationToken.None);
        _ = Follow(gateway);
        await membership;
        await Exchanges.Leave();
        return true;
    }

    private async Task Follow(ClusterGateway gateway)
    {
        await Node.Joined;
        Gateway = gateway;
        while (true)
        {
            await Task.Delay(FollowEvery, Clock);
            try
            {
                await gateway.FollowPause(CancellationToken.None);
            }
            catch (StoreException)
            {
                // The next time.
            }
        }
    }

    private async Task WatchPeers(Isolation isolation)
    {
        await Node.Joined;
        while (true)
        {
            await Task.Delay(LookAtPeersEvery, Clock);
            await isolation.Look(CancellationToken.None);
        }
    }
}
