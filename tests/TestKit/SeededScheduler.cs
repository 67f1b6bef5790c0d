using MarketManager.Kernel;

namespace MarketManager.TestKit;

/// <summary>Runs everything on one thread, in an order that a seed decides: the same seed gives the same day again.</summary>
/// <remarks>
/// What is awaited while it runs something (work that actors pipe, test code started through <see cref="Post(Action)"/>) comes
/// back to it and is shuffled with the rest. Nothing runs by itself: the test calls <see cref="Step"/> or <see cref="RunUntilIdle"/>.
/// </remarks>
public sealed class SeededScheduler : ActorScheduler
{
    private readonly Lock _gate = new();
    private readonly List<IThreadPoolWorkItem> _ready = [];
    private readonly Random _random;
    private readonly Context _context;

    /// <summary>Creates a scheduler that has nothing to do yet.</summary>
    public SeededScheduler(int seed)
    {
        Seed = seed;
        _random = new Random(seed);
        _context = new Context(this);
    }

    /// <summary>Say it when a test fails: it replays the run.</summary>
    public int Seed { get; }

    /// <summary>How many steps were taken.</summary>
    public long Steps { get; private set; }

    /// <summary>How many items could run next.</summary>
    public int Ready
    {
        get
        {
            lock (_gate)
            {
                return _ready.Count;
            }
        }
    }

    /// <inheritdoc/>
    public override void Schedule(IThreadPoolWorkItem item)
    {
        lock (_gate)
        {
            _ready.Add(item);
        }
    }

    /// <summary>Runs a callback some time, like everything else.</summary>
    public void Post(Action callback) => Schedule(new Callback(static action => ((Action)action!)(), callback));

    /// <summary>Runs one of the items that are ready; false where there is none.</summary>
    public bool Step()
    {
        IThreadPoolWorkItem item;
        lock (_gate)
        {
            if (_ready.Count == 0)
            {
                return false;
            }

            var index = _random.Next(_ready.Count);
            item = _ready[index];
            _ready.RemoveAt(index);
        }

        Steps++;
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            item.Execute();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }

        return true;
    }

    /// <summary>Steps until nothing is ready. Throws where that does not come about, because actors keep each other busy.</summary>
    public void RunUntilIdle(int maxSteps = 1_000_000)
    {
        for (var steps = 0; Step(); steps++)
        {
            if (steps >= maxSteps)
            {
                throw new InvalidOperationException($"not idle after {maxSteps} steps, seed {Seed}");
            }
        }
    }

    private sealed class Context(SeededScheduler scheduler) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => scheduler.Schedule(new Callback(d, state));

        public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException();

        public override SynchronizationContext CreateCopy() => this;
    }

    private sealed class Callback(SendOrPostCallback callback, object? state) : IThreadPoolWorkItem
    {
        public void Execute() => callback(state);
    }
}
