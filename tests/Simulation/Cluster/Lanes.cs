namespace MarketManager.Simulation.Tests.Cluster;

/// <summary>
/// The rows of <c>mm.lane</c>: a write holds its lane from its fence to its commit, and whoever takes shards away holds all lanes
/// of the owner first.
/// </summary>
internal sealed class Lanes(Universe universe)
{
    /// <summary>How many a node writes on.</summary>
    public const int Count = 4;

    private static readonly TimeSpan LockTimeout = TimeSpan.FromMilliseconds(300);

    private readonly Dictionary<(Guid Node, int No), Lane> _lanes = [];

    /// <summary>How often somebody had to be terminated because it held a lane for too long.</summary>
    public int Terminations { get; private set; }

    /// <summary>One lane.</summary>
    public Lane Of(Guid node, int no)
    {
        if (!_lanes.TryGetValue((node, no), out var lane))
        {
            _lanes.Add((node, no), lane = new Lane());
        }

        return lane;
    }

    /// <summary>Locks all lanes of a node. Where it is allowed to, it ends those who hold one for long.</summary>
    public async Task<IDisposable?> Lock(Guid node, bool terminates)
    {
        var locks = new Locks();
        for (var no = 0; no < Count; no++)
        {
            var lane = Of(node, no);
            var entering = lane.Enter();
            if (terminates && !entering.IsCompleted)
            {
                _ = TerminateLater(lane, entering);
            }

            locks.Add(await entering);
        }

        return locks;
    }

    /// <summary>The store was restarted: what was not committed is rolled back.</summary>
    public void TerminateAll()
    {
        // Who waits for a lane goes on at once, and may make another one.
        foreach (var lane in _lanes.Values.ToList())
        {
            lane.Terminate();
        }
    }

    private async Task TerminateLater(Lane lane, Task entering)
    {
        await Task.Delay(LockTimeout, universe.World.Time);
        if (!entering.IsCompleted)
        {
            Terminations++;
            lane.Terminate();
        }
    }

    private sealed class Locks : IDisposable
    {
        private readonly List<Lane.Holder> _held = [];

        public void Add(Lane.Holder held) => _held.Add(held);

        public void Dispose() => _held.ForEach(held => held.Leave());
    }
}

/// <summary>A lock that is given in the order in which it was asked for; its holder can be terminated.</summary>
internal sealed class Lane
{
    private readonly Queue<TaskCompletionSource<Holder>> _waiting = [];
    private Holder? _holder;

    /// <summary>Waits for the lock; it is held until <see cref="Holder.Leave"/>.</summary>
    public Task<Holder> Enter()
    {
        var entering = new TaskCompletionSource<Holder>();
        _waiting.Enqueue(entering);
        Next();
        return entering.Task;
    }

    /// <summary>Ends the session of the holder.</summary>
    public void Terminate() => _holder?.Terminate();

    private void Next()
    {
        if (_holder is null && _waiting.TryDequeue(out var next))
        {
            _holder = new Holder(this);
            next.SetResult(_holder);
        }
    }

    internal sealed class Holder(Lane lane)
    {
        private readonly TaskCompletionSource _terminated = new();

        /// <summary>Completes when its session is ended from outside.</summary>
        public Task Terminated => _terminated.Task;

        public void Terminate() => _terminated.TrySetResult();

        public void Leave()
        {
            if (lane._holder == this)
            {
                lane._holder = null;
                lane.Next();
            }
        }
    }
}
