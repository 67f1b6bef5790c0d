namespace MarketManager.Cluster.Members;

/// <summary>Publishes views to whoever waits for them, on the thread pool's time, not the publisher's.</summary>
internal sealed class ClusterViews : IClusterViews
{
    private readonly Lock _gate = new();
    private ClusterView _current = ClusterView.Empty;
    private List<TaskCompletionSource<ClusterView>> _waiting = [];

    public ClusterView Current => Volatile.Read(ref _current);

    public ValueTask<ClusterView> After(ClusterView seen, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_current, seen))
            {
                return new(_current);
            }

            // Awaited itself, not through WaitAsync, which would go on through the thread pool, behind a simulation's back.
            var next = new TaskCompletionSource<ClusterView>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add(next);
            return cancellationToken.CanBeCanceled ? Wait(next, cancellationToken) : new(next.Task);
        }
    }

    /// <summary>Makes a view the current one, where it says anything new.</summary>
    public void Publish(ClusterView view)
    {
        List<TaskCompletionSource<ClusterView>> waiting;
        lock (_gate)
        {
            if (Same(_current, view))
            {
                return;
            }

            waiting = _waiting;
            _waiting = [];
            Volatile.Write(ref _current, view);
        }

        foreach (var next in waiting)
        {
            next.TrySetResult(view);
        }
    }

    private async ValueTask<ClusterView> Wait(TaskCompletionSource<ClusterView> next, CancellationToken cancellationToken)
    {
        using var end = cancellationToken.UnsafeRegister(
            static (it, token) => ((TaskCompletionSource<ClusterView>)it!).TrySetCanceled(token), next);
        try
        {
            return await next.Task;
        }
        finally
        {
            lock (_gate)
            {
                _waiting.Remove(next);
            }
        }
    }

    private static bool Same(ClusterView one, ClusterView other) =>
        one.Cluster == other.Cluster && one.Level == other.Level && one.Me == other.Me
        && one.Members.Count == other.Members.Count && one.Members.Zip(other.Members).All(pair => Same(pair.First, pair.Second))
        && one.Shards.Count == other.Shards.Count
        && one.Shards.All(role => other.Shards.TryGetValue(role.Key, out var owners) && role.Value.SequenceEqual(owners));

    private static bool Same(Member one, Member other) =>
        one.Incarnation == other.Incarnation && one.IsLeaving == other.IsLeaving && one.Address == other.Address;
}
