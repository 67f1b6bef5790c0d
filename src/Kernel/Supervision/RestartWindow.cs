namespace MarketManager.Kernel;

/// <summary>Counts restarts within a window that moves along.</summary>
internal sealed class RestartWindow
{
    private readonly Queue<long> _restarts = new();

    /// <summary>Notes a restart at <paramref name="now"/> and says how many there were within the window, this one included.</summary>
    public int Add(TimeProvider time, long now, TimeSpan window)
    {
        while (_restarts.TryPeek(out var oldest) && time.GetElapsedTime(oldest, now) >= window)
        {
            _restarts.Dequeue();
        }

        _restarts.Enqueue(now);
        return _restarts.Count;
    }
}
