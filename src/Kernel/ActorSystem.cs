using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MarketManager.Kernel;

/// <summary>All actors of a process, with the clock, the wheel of timers and the scheduler that they share.</summary>
public sealed class ActorSystem : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ActorCell> _actors = new(StringComparer.Ordinal);
    private volatile bool _isDisposed;

    /// <summary>Creates an empty system.</summary>
    /// <param name="name">For logs and metrics.</param>
    /// <param name="world">Time, ids and randomness of everything in it.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="scheduler">Null: the thread pool.</param>
    public ActorSystem(string name, World world, ILoggerFactory loggers, ActorScheduler? scheduler = null)
    {
        Name = name;
        World = world;
        Loggers = loggers;
        Log = loggers.CreateLogger(typeof(ActorSystem).FullName!);
        Scheduler = scheduler ?? ThreadPoolScheduler.Instance;
        Wheel = new TimerWheel(world.Time);
        Metrics = new KernelMetrics(this);
    }

    /// <summary>For logs and metrics.</summary>
    public string Name { get; }

    /// <summary>Time, ids and randomness.</summary>
    public World World { get; }

    /// <summary>How many actors live, children included.</summary>
    public int ActorCount => _actors.Count;

    /// <summary>How many messages wait in all mailboxes together; a moment's truth.</summary>
    public long MailboxDepth => _actors.Sum(actor => (long)actor.Value.Depth);

    internal ILoggerFactory Loggers { get; }

    internal ILogger Log { get; }

    internal ActorScheduler Scheduler { get; }

    internal TimerWheel Wheel { get; }

    internal KernelMetrics Metrics { get; }

    /// <summary>Starts a top-level actor. From any thread.</summary>
    /// <param name="name">Unique among the top-level actors that have not ended; without a slash.</param>
    /// <param name="create">Makes the instance, and another one for each restart.</param>
    /// <param name="options">Its mailbox and supervision; null: <see cref="SpawnOptions.Default"/>.</param>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public ActorRef<T> Spawn<T>(string name, Func<Actor<T>> create, SpawnOptions? options = null)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var cell = new ActorCell<T>(this, null, name, create, options ?? SpawnOptions.Default);
        Register(cell);
        cell.Launch();
        return cell.Ref;
    }

    /// <summary>Stops an actor after its current message; completes when it and its children have ended.</summary>
    /// <remarks>
    /// A handler that never ends, although <see cref="ActorContext{TMessage}.Stopping"/> is cancelled, keeps it from completing. An
    /// actor that awaits this for itself waits for ever: it has <see cref="ActorContext{TMessage}.StopSelf"/>.
    /// </remarks>
    public ValueTask Stop(ActorRef actor)
    {
        if (actor.System != this)
        {
            throw new ArgumentException($"{actor.Path} belongs to another system", nameof(actor));
        }

        var ended = new EndSignal();
        actor.AddWatcher(ended);
        actor.RequestStop();
        return new ValueTask(ended.Task);
    }

    /// <summary>Stops all actors, then the clock's timer.</summary>
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        var stops = _actors.Values.Where(actor => actor.Parent is null).Select(actor => Stop(actor.Ref)).ToArray();
        foreach (var stop in stops)
        {
            await stop; // one by one: WhenAll would go on through the thread pool, behind a seeded scheduler's back
        }

        Wheel.Dispose();
        Metrics.Dispose();
    }

    internal void Register(ActorCell cell)
    {
        if (cell.Ref.Name.Length == 0 || cell.Ref.Name.Contains('/', StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{cell.Ref.Name}' cannot be the name of an actor");
        }

        if (!_actors.TryAdd(cell.Ref.Path, cell))
        {
            throw new InvalidOperationException($"there already is an actor {cell.Ref.Path}");
        }
    }

    /// <summary>Looks at all actors, so that none has to keep its children where other threads can read them.</summary>
    internal IEnumerable<ActorCell> ChildrenOf(ActorCell parent) =>
        from entry in _actors where entry.Value.Parent == parent select entry.Value;

    internal void Unregister(ActorCell cell) => _actors.TryRemove(cell.Ref.Path, out _);

    private sealed class EndSignal : TaskCompletionSource, IWatcher
    {
        public EndSignal()
            : base(TaskCreationOptions.RunContinuationsAsynchronously)
        {
        }

        public void OnTerminated(Terminated news) => SetResult();
    }
}
