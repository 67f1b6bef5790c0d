using MarketManager.Cluster.Members;
using MarketManager.Kernel;

namespace MarketManager.TestKit.Cluster;

/// <summary>
/// What PostgreSQL is to a cluster, in memory: members, shards, sessions, in one place that all nodes of a simulation share. Each
/// node talks to it through its own <see cref="FakeClusterStore"/>, where the faults are.
/// </summary>
/// <remarks>Not thread-safe: everything happens on the simulation's scheduler.</remarks>
public sealed class FakeCluster
{
    private readonly Dictionary<Guid, Node> _nodes = [];
    private readonly Dictionary<Guid, FakeClusterStore> _sessions = [];
    private readonly List<FakeClusterStore> _stores = [];
    private readonly Dictionary<string, ShardOwner[]> _shards;
    private readonly Guid _id;
    private long _session;
    private int _level = 1;

    /// <summary>An empty cluster.</summary>
    /// <param name="world">Decides how long messages take and which are lost.</param>
    /// <param name="roles">Those that have shards; none: gather and trade.</param>
    public FakeCluster(World world, params string[] roles)
    {
        World = world;
        _id = world.NewId(world.Now);
        _shards = (roles.Length == 0 ? ["gather", "trade"] : roles).ToDictionary(role => role, _ => new ShardOwner[Shard.Count]);
    }

    /// <summary>Time and chance.</summary>
    public World World { get; }

    /// <summary>Refuses sessions and ends those that there are, as long as it is true.</summary>
    public bool IsDown
    {
        get;
        set
        {
            field = value;
            if (value)
            {
                Restart();
            }
        }
    }

    /// <summary>The longest that a message takes, each way.</summary>
    public TimeSpan LongestDelay { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>The part of calls whose request or reply is lost, and their session with it.</summary>
    public double LossRate { get; set; }

    /// <summary>
    /// Locks the lanes of a node, as whoever takes shards from it does, until what it returns is disposed; true: sessions that hold
    /// a lane for long are terminated. By default nobody writes, so that there is nothing to wait for.
    /// </summary>
    public Func<Guid, bool, Task<IDisposable?>> LockLanes { get; set; } = static (_, _) => Task.FromResult<IDisposable?>(null);

    /// <summary>Each change of an owner, in order.</summary>
    public List<(DateTimeOffset At, string Role, int Shard, ShardOwner Owner)> History { get; } = [];

    /// <summary>Those that were declared dead, with the reason; leaving is none.</summary>
    public List<(Guid Node, string Reason)> Deaths { get; } = [];

    /// <summary>The owners of a role's shards.</summary>
    public IReadOnlyList<ShardOwner> this[string role] => _shards[role];

    /// <summary>Those that live.</summary>
    public IReadOnlyList<Member> Members => [.. _nodes.Values.Where(node => node.IsAlive).Select(node => node.Member)];

    /// <summary>A node's way to this cluster.</summary>
    public FakeClusterStore Connection()
    {
        var store = new FakeClusterStore(this);
        _stores.Add(store);
        return store;
    }

    /// <summary>Ends all sessions at once.</summary>
    public void Restart()
    {
        foreach (var store in _sessions.Values.ToList())
        {
            store.Break();
        }
    }

    /// <summary>A promoted standby: no earlier epoch counts.</summary>
    /// <param name="lacks">Whose claims it had not heard of; null: nobody's.</param>
    public void Promote(Guid? lacks = null)
    {
        Restart();
        foreach (var (role, owners) in _shards)
        {
            for (var no = 0; no < owners.Length; no++)
            {
                Set(role, no, owners[no] with { Owner = owners[no].Owner == lacks ? null : owners[no].Owner, Epoch = owners[no].Epoch + (1L << 40) });
            }
        }
    }

    /// <summary>What the fence of a write says, at the instant of its commit.</summary>
    /// <exception cref="FencedException">The node is dead, or the shard has passed on.</exception>
    public void Check(Guid incarnation, IEnumerable<Fence> fences)
    {
        if (!IsAlive(incarnation))
        {
            throw new FencedException(null);
        }

        foreach (var fence in fences)
        {
            var owner = _shards[fence.Role][fence.Shard];
            if (owner.Owner != incarnation || owner.Epoch != fence.Epoch)
            {
                throw new FencedException(fence);
            }
        }
    }

    /// <summary>Whether this incarnation lives.</summary>
    public bool IsAlive(Guid incarnation) => _nodes.TryGetValue(incarnation, out var node) && node.IsAlive;

    internal long Open(Guid incarnation, FakeClusterStore store)
    {
        if (_sessions.TryGetValue(incarnation, out var earlier) && earlier != store)
        {
            earlier.Break();
        }

        _sessions[incarnation] = store;
        return ++_session;
    }

    internal void Close(Guid incarnation, FakeClusterStore store)
    {
        if (_sessions.TryGetValue(incarnation, out var session) && session == store)
        {
            _sessions.Remove(incarnation);
        }
    }

    internal bool Join(Joining me)
    {
        if (_nodes.Values.FirstOrDefault(node => node.IsAlive && node.Member.Name == me.Name) is { } namesake)
        {
            return namesake.Member.Incarnation == me.Incarnation
                ? true
                : throw new NodeNameTakenException(me.Name, namesake.Member.Address);
        }

        if (me.Level < _level)
        {
            throw new NodeTooOldException(me.Level, _level);
        }

        _nodes.Add(me.Incarnation, new Node(new Member(me.Incarnation, me.Name, me.Address, me.Roles, me.Level, false, World.Now, me.Lease)));
        RaiseLevel();
        Changed();
        return true;
    }

    internal ClusterSight Look()
    {
        var living = _nodes.Values.Where(node => node.IsAlive).OrderBy(node => node.Member.Name, StringComparer.Ordinal).ToList();
        var view = new ClusterView(
            _id, _level, default, [.. living.Select(node => node.Member)],
            _shards.ToDictionary(role => role.Key, role => (IReadOnlyList<ShardOwner>)[.. role.Value]));
        return new ClusterSight(view, living.ToDictionary(node => node.Member.Incarnation, node => node.Beat), _sessions.Keys.ToHashSet());
    }

    internal bool Beat(Guid incarnation)
    {
        if (!IsAlive(incarnation))
        {
            return false;
        }

        _nodes[incarnation].Beat++;
        return true;
    }

    internal bool Condemn(Guid dead, long seenBeat, string reason)
    {
        if (!IsAlive(dead) || _nodes[dead].Beat != seenBeat)
        {
            return false;
        }

        Deaths.Add((dead, reason));
        return End(dead);
    }

    internal bool End(Guid dead)
    {
        if (!IsAlive(dead))
        {
            return false;
        }

        _nodes[dead].IsAlive = false;
        foreach (var (role, owners) in _shards)
        {
            for (var no = 0; no < owners.Length; no++)
            {
                if (owners[no].Owner == dead)
                {
                    Set(role, no, owners[no] with { Owner = null, Epoch = owners[no].Epoch + 1 });
                }
            }
        }

        RaiseLevel();
        Changed();
        return true;
    }

    internal IReadOnlyList<Fence> Claim(Guid me, string role, int most)
    {
        if (!IsAlive(me))
        {
            return [];
        }

        var owners = _shards[role];
        var free = from no in Enumerable.Range(0, owners.Length)
                   let owner = owners[no]
                   where owner.Owner is null && (owner.Wanted is not { } wanted || wanted == me || !Takes(wanted, role))
                   orderby owner.Wanted == me ? 0 : 1, no
                   select no;
        List<Fence> claimed = [.. free.Take(most).Select(no => new Fence(role, no, owners[no].Epoch + 1))];
        foreach (var fence in claimed)
        {
            Set(role, fence.Shard, new ShardOwner(me, fence.Epoch, null));
        }

        Changed();
        return claimed;
    }

    internal bool Release(Guid me, Fence shard, Guid? wanted)
    {
        var owner = _shards[shard.Role][shard.Shard];
        if (owner.Owner != me || owner.Epoch != shard.Epoch)
        {
            return false;
        }

        Set(shard.Role, shard.Shard, new ShardOwner(null, owner.Epoch + 1, wanted));
        Changed();
        return true;
    }

    internal bool SetLeaving(Guid me, bool leaving)
    {
        if (IsAlive(me))
        {
            _nodes[me].Member = _nodes[me].Member with { IsLeaving = leaving };
            Changed();
        }

        return true;
    }

    private void RaiseLevel() =>
        _level = Math.Max(_level, _nodes.Values.Where(node => node.IsAlive).Select(node => node.Member.Level).DefaultIfEmpty(_level).Min());

    private bool Takes(Guid incarnation, string role) =>
        IsAlive(incarnation) && _nodes[incarnation].Member is { IsLeaving: false } member && member.Has(role);

    private void Set(string role, int shard, ShardOwner owner)
    {
        _shards[role][shard] = owner;
        History.Add((World.Now, role, shard, owner));
    }

    private void Changed()
    {
        foreach (var store in _stores)
        {
            store.Tell();
        }
    }

    private sealed class Node(Member member)
    {
        public Member Member { get; set; } = member;

        public bool IsAlive { get; set; } = true;

        public long Beat { get; set; }
    }
}
