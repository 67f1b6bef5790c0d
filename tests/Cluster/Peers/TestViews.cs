using MarketManager.Cluster.Members;

namespace MarketManager.Cluster.Tests.Peers;

/// <summary>What one node sees of the cluster, as a test says.</summary>
internal sealed class TestViews(Guid cluster, Guid me) : IClusterViews
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ClusterView Current { get; private set; } = ClusterView.Empty with { Cluster = cluster, Me = me };

    public void Set(params Member[] members) => Set(view => view with { Members = members });

    public void Set(IReadOnlyDictionary<string, IReadOnlyList<ShardOwner>> shards) => Set(view => view with { Shards = shards });

    public async ValueTask<ClusterView> After(ClusterView seen, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (Current != seen)
                {
                    return Current;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private void Set(Func<ClusterView, ClusterView> change)
    {
        lock (_gate)
        {
            Current = change(Current);
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
