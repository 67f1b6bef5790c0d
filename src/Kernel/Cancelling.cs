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
        catch (ObjectDisposedException)
        {
            // Whatever it was for is over.
        }
    }

    /// <summary>The same after a while, unless what is returned is disposed of before: a source with a limit of its own would let what
    /// a listener throws end the process.</summary>
    public static ITimer CancelAllAfter(this CancellationTokenSource source, TimeSpan wait, TimeProvider time) =>
        time.CreateTimer(static source => ((CancellationTokenSource)source!).CancelAll(), source, wait, Timeout.InfiniteTimeSpan);

    /// <summary>The same at once; who listens is called on the thread pool.</summary>
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

    /// <summary>Waits so long and no longer. What is given up is told to end, which is not waited for: the driver of PostgreSQL takes
    /// seconds for it where the server hangs.</summary>
    /// <param name="patience">How long.</param>
    /// <param name="ask">Begins what is waited for.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives it up as well.</param>
    /// <exception cref="TimeoutException">It took longer.</exception>
    public static async Task<T> Within<T>(
        this TimeSpan patience, Func<CancellationToken, ValueTask<T>> ask, TimeProvider time, CancellationToken cancellationToken)
    {
        var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asked = ask(over.Token).AsTask();
        try
        {
            return await asked.WaitAsync(patience, time, cancellationToken);
        }
        finally
        {
            _ = End(asked, over);
        }
    }

    private static async Task End(Task asked, CancellationTokenSource over)
    {
        if (!asked.IsCompleted)
        {
            await over.CancelAllAsync();
        }

        await asked.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        over.Dispose();
    }
}
