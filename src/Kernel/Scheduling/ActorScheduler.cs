namespace MarketManager.Kernel;

/// <summary>Decides when, where and in which order actors take their turns.</summary>
/// <remarks>The seam for simulations: a single-threaded, seeded scheduler makes a whole system reproducible.</remarks>
public abstract class ActorScheduler
{
    /// <summary>Takes a work item that is to be executed once, soon. Called from any thread; must not execute it inline.</summary>
    public abstract void Schedule(IThreadPoolWorkItem item);
}

/// <summary>Turns on the thread pool, in the order in which they were asked for.</summary>
public sealed class ThreadPoolScheduler : ActorScheduler
{
    /// <summary>The only instance; it has no state.</summary>
    public static ThreadPoolScheduler Instance { get; } = new();

    /// <inheritdoc/>
    /// <remarks>The pool's global queue: in a thread's own queue the newest goes first, and a busy pair would starve the rest.</remarks>
    public override void Schedule(IThreadPoolWorkItem item) => ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
}
