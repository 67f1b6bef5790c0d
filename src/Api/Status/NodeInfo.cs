namespace MarketManager.Api.Status;

/// <summary>Where a node stands.</summary>
public enum NodeState
{
    /// <summary>Its actors are being recovered.</summary>
    Starting,

    /// <summary>All is well.</summary>
    Running,

    /// <summary>It works, but something it needs does not.</summary>
    Degraded,

    /// <summary>It is being stopped: it finishes what it has and takes on nothing new.</summary>
    Draining,
}

/// <summary>This node, as its status shows it. The host fills it.</summary>
/// <param name="name">The name that runs and exchanges carry.</param>
/// <param name="id">Of this incarnation: another one after each start.</param>
/// <param name="address">Where other nodes and clients reach it.</param>
/// <param name="roles">What it does: api, gather, trade, store.</param>
/// <param name="environment">development, staging or production.</param>
/// <param name="started">When this incarnation started, UTC.</param>
public sealed class NodeInfo(
    string name, Guid id, string address, IReadOnlyList<string> roles, string environment, DateTimeOffset started)
{
    private volatile NodeState _state = NodeState.Starting;
    private long _since = started.UtcTicks;

    /// <summary>The name that runs and exchanges carry.</summary>
    public string Name { get; } = name;

    /// <summary>Of this incarnation.</summary>
    public Guid Id { get; } = id;

    /// <summary>Where other nodes and clients reach it.</summary>
    public string Address { get; } = address;

    /// <summary>What it does.</summary>
    public IReadOnlyList<string> Roles { get; } = roles;

    /// <summary>development, staging or production.</summary>
    public string Environment { get; } = environment;

    /// <summary>When this incarnation started, UTC.</summary>
    public DateTimeOffset Started { get; } = started;

    /// <summary>Where it stands.</summary>
    public NodeState State => _state;

    /// <summary>Since when, UTC.</summary>
    public DateTimeOffset Since => new(Interlocked.Read(ref _since), TimeSpan.Zero);

    /// <summary>How many actors live on it now.</summary>
    public Func<long> Actors { get; set; } = () => 0;

    /// <summary>Says where it stands from now on.</summary>
    public void Enter(NodeState state, DateTimeOffset now)
    {
        if (_state != state)
        {
            Interlocked.Exchange(ref _since, now.UtcTicks);
            _state = state;
        }
    }
}
