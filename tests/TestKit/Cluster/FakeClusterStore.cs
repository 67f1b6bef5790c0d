using MarketManager.Cluster.Members;
using MarketManager.Kernel;

namespace MarketManager.TestKit.Cluster;

/// <summary>One node's way to a <see cref="FakeCluster"/>: slow, lossy, or frozen, as the test wants.</summary>
public sealed class FakeClusterStore(FakeCluster cluster) : IClusterStore
{
    private Guid _me;
    private bool _isOpen;
    private int _breaks;
    private TaskCompletionSource? _frozen;

    /// <inheritdoc/>
    public event Action? News;

    /// <summary>Whether this node reaches the cluster at all; sessions that there are break.</summary>
    public bool IsCutOff
    {
        get;
        set
        {
            field = value;
            if (value)
            {
                Break();
            }
        }
    }

    /// <summary>Whether the next time that this node becomes a member the word of it is lost.</summary>
    public bool LosesWordOfJoining { get; set; }

    /// <summary>Nothing comes back until <see cref="Thaw"/>; the session stays.</summary>
    public void Freeze() => _frozen ??= new TaskCompletionSource();

    /// <summary>Everything that was held up goes on.</summary>
    public void Thaw()
    {
        var frozen = _frozen;
        _frozen = null;
        frozen?.SetResult();
    }

    /// <summary>Ends the session, and news of it come to the node.</summary>
    public void Break()
    {
        _isOpen = false;
        _breaks++;
        cluster.Close(_me, this);
        Tell();
    }

    /// <inheritdoc/>
    public ValueTask<long> Connect(Guid incarnation, CancellationToken cancellationToken) =>
        Call(
            () =>
            {
                cluster.Close(_me, this);
                _me = incarnation;
                _isOpen = true;
                return cluster.Open(incarnation, this);
            },
            opens: true,
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask Join(Joining me, CancellationToken cancellationToken)
    {
        await Call(() => cluster.Join(me), cancellationToken);
        if (LosesWordOfJoining)
        {
            LosesWordOfJoining = false;
            Break();
            throw new StoreUnavailableException("the connection was lost");
        }
    }

    /// <inheritdoc/>
    public ValueTask<ClusterSight> Look(CancellationToken cancellationToken) => Call(cluster.Look, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> Beat(CancellationToken cancellationToken)
    {
        var me = _me;
        return Call(() => cluster.Beat(me), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> Condemn(Guid dead, long seenBeat, string reason, CancellationToken cancellationToken) =>
        Call(() => cluster.Condemn(dead, seenBeat, reason), dead, terminates: true, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Fence>> Claim(string role, int most, CancellationToken cancellationToken)
    {
        var me = _me;
        return Call(() => cluster.Claim(me, role, most), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> Release(Fence shard, Guid? wanted, CancellationToken cancellationToken)
    {
        var me = _me;
        return Call(() => cluster.Release(me, shard, wanted), me, terminates: false, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask SetLeaving(bool leaving, CancellationToken cancellationToken)
    {
        var me = _me;
        await Call(() => cluster.SetLeaving(me, leaving), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask Leave(CancellationToken cancellationToken)
    {
        var me = _me;
        await Call(() => cluster.End(me), me, terminates: false, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Break();
        return default;
    }

    internal void Tell() => _ = TellLater();

    private async Task TellLater()
    {
        await Delay(CancellationToken.None);
        if (_isOpen || _me != default)
        {
            News?.Invoke();
        }
    }

    private ValueTask<T> Call<T>(Func<T> transaction, CancellationToken cancellationToken) =>
        Call(transaction, opens: false, cancellationToken);

    /// <summary>A request that travels, a transaction that happens at one instant, a reply that travels.</summary>
    private async ValueTask<T> Call<T>(Func<T> transaction, bool opens, CancellationToken cancellationToken)
    {
        var breaks = _breaks;
        await Travel(breaks, opens, cancellationToken);
        var result = transaction();
        await Travel(_breaks, opens: false, cancellationToken);
        return result;
    }

    /// <summary>The same, under the locks of all lanes of a node.</summary>
    private async ValueTask<T> Call<T>(Func<T> transaction, Guid lanesOf, bool terminates, CancellationToken cancellationToken)
    {
        await Travel(_breaks, opens: false, cancellationToken);
        T result;
        using (await cluster.LockLanes(lanesOf, terminates))
        {
            result = transaction();
        }

        await Travel(_breaks, opens: false, cancellationToken);
        return result;
    }

    private async Task Travel(int breaks, bool opens, CancellationToken cancellationToken)
    {
        var loses = cluster.World.NextDouble() < cluster.LossRate;
        await Delay(cancellationToken);
        while (_frozen is { } frozen)
        {
            await frozen.Task.WaitAsync(cancellationToken);
        }

        if (loses)
        {
            Break();
        }

        if (loses || cluster.IsDown || IsCutOff || !(opens || (_isOpen && breaks == _breaks)))
        {
            throw new StoreUnavailableException("the connection was lost");
        }
    }

    private Task Delay(CancellationToken cancellationToken) =>
        Task.Delay(cluster.World.NextDuration(cluster.LongestDelay), cluster.World.Time, cancellationToken);
}
