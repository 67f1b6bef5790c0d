namespace MarketManager.Kernel;

/// <summary>Cancelling what others listen to.</summary>
public static class Cancelling
{
    /// <summary>
    /// Cancels, and lets nobody who listens stand in the way: all are called, and what they throw is dropped. The driver of PostgreSQL
    /// throws where its session breaks at the very moment in which a command is cancelled.
    /// </summary>
    public static void CancelAll(this CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (AggregateException)
        {
            // All were called; it is cancelled.
        }
    }

    /// <summary>The same; who listens is called on the thread pool.</summary>
    public static async Task CancelAllAsync(this CancellationTokenSource source)
    {
        try
        {
            await source.CancelAsync();
        }
        catch (AggregateException)
        {
            // All were called; it is cancelled.
        }
    }
}
