using MarketManager.Kernel;

namespace MarketManager.Storage.Sqlite.Writing;

/// <summary>What waits for the writer, in order of arrival.</summary>
/// <remarks>Bounded: when it is full, callers wait for room; nothing is dropped. The writer's thread blocks on it, no pool thread does.</remarks>
internal sealed class WriteQueue(int capacity) : IDisposable
{
    // Some 50 µs: an actor that awaits each commit comes back within that; waking a thread takes as long.
    private const int Spins = 20;
    private const int SpinLength = 100;

    private readonly SemaphoreSlim _room = new(capacity, capacity);
    private readonly Queue<WriteJob> _jobs = new();
    private volatile int _count;
    private bool _closed;

    /// <summary>Queues a job; once this has completed, the job will be carried out or failed.</summary>
    /// <exception cref="StoreUnavailableException">The store is closed.</exception>
    public ValueTask Put(WriteJob job, CancellationToken cancellationToken)
    {
        var room = _room.WaitAsync(cancellationToken);
        if (!room.IsCompletedSuccessfully)
        {
            return PutLater(room, job);
        }

        Enqueue(job);
        return ValueTask.CompletedTask;
    }

    /// <summary>Waits for jobs and takes at most that many; false once the queue is closed and empty.</summary>
    public bool Take(List<WriteJob> into, int most)
    {
        for (var i = 0; i < Spins && _count == 0; i++)
        {
            Thread.SpinWait(SpinLength);
        }

        lock (_jobs)
        {
            while (_jobs.Count == 0)
            {
                if (_closed)
                {
                    return false;
                }

                Monitor.Wait(_jobs);
            }

            while (into.Count < most && _jobs.TryDequeue(out var job))
            {
                into.Add(job);
            }

            _count = _jobs.Count;
        }

        _room.Release(into.Count);
        return true;
    }

    /// <summary>Accepts nothing more; what is queued is still taken.</summary>
    public void Close()
    {
        lock (_jobs)
        {
            _closed = true;
            Monitor.PulseAll(_jobs);
        }
    }

    public void Dispose() => _room.Dispose();

    private async ValueTask PutLater(Task room, WriteJob job)
    {
        await room;
        Enqueue(job);
    }

    private void Enqueue(WriteJob job)
    {
        lock (_jobs)
        {
            if (_closed)
            {
                throw new StoreUnavailableException("the store is closed");
            }

            _jobs.Enqueue(job);
            _count = _jobs.Count;
            if (_count == 1)
            {
                Monitor.Pulse(_jobs);
            }
        }
    }
}
