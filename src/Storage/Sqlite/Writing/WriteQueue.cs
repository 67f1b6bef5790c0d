using MarketManager.Kernel;

namespace MarketManager.Storage.Sqlite.Writing;

/// <summary>What waits for the writer, in order of arrival.</summary>
/// <remarks>Bounded: when it is full, callers wait for room; nothing is dropped. Nobody blocks on it.</remarks>
internal sealed class WriteQueue(int capacity) : IDisposable
{
    private readonly SemaphoreSlim _room = new(capacity, capacity);
    private readonly Queue<WriteJob> _jobs = new();
    private bool _closed;

    /// <summary>Whether a turn of the writer would find something to do: jobs, or that this was the last of them.</summary>
    public bool WantsTurn
    {
        get
        {
            lock (_jobs)
            {
                return _jobs.Count > 0 || _closed;
            }
        }
    }

    /// <summary>True once it is closed and nothing is left in it.</summary>
    public bool IsDone
    {
        get
        {
            lock (_jobs)
            {
                return _jobs.Count == 0 && _closed;
            }
        }
    }

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

    /// <summary>Takes at most that many jobs; false where there is none.</summary>
    public bool Take(List<WriteJob> into, int most)
    {
        lock (_jobs)
        {
            while (into.Count < most && _jobs.TryDequeue(out var job))
            {
                into.Add(job);
            }
        }

        if (into.Count == 0)
        {
            return false;
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
        }
    }
}
