namespace MarketManager.Cluster.Members;

/// <summary>Publishes views to whoever waits for them, on the thread pool's time, not the publisher's.</summary>
internal sealed class ClusterViews : IClusterViews
{
    private readonly Lock _gate = new();
    private ClusterView _current = ClusterView.Empty;
    private TaskCompletionSource<ClusterView> _next = New();

    public ClusterView Current => Volatile.Read(ref _current);

    public ValueTask<ClusterView> After(ClusterView seen, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return ReferenceEquals(_current, seen) ? new(_next.Task.WaitAsync(cancellationToken)) : new(_current);
        }
    }

    /// <summary>Makes a view the current one, where it says anything new.</summary>
    public void Publish(ClusterView view)
    {
        TaskCompletionSource<ClusterView> next;
        lock (_gate)
        {
            if (Same(_current, view))
            {
                return;
            }

            next = _next;
            _next = New();
            Volatile.Write(ref _current, view);
        }

        next.SetResult(view);
    }

    private static TaskCompletionSource<ClusterView> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static bool Same(ClusterView one, ClusterView other) =>
        one.Cluster == other.Cluster && one.Level == other.Level && one.Me == other.Me
        && one.Members.Count == other.Members.Count && one.Members.Zip(other.Members).All(pair => Same(pair.First, pair.Second))
        && one.Shards.Count == other.Shards.Count
        && one.Shards.All(role => other.Shards.TryGetValue(role.Key, out var owners) && role.Value.SequenceEqual(owners));

    private static bool Same(Member one, Member other) =>
        one.Incarnation == other.Incarnation && one.IsLeaving == other.IsLeaving && one.Address == other.Address;
}
