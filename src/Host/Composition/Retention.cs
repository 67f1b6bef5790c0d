using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Runs;
using MarketManager.Host.Settings;
using MarketManager.Kernel;

namespace MarketManager.Host.Composition;

/// <summary>Forgets old runs, and answers that are no longer repeated: a few minutes after the start, then once an hour.</summary>
/// <param name="runs">Where runs are kept.</param>
/// <param name="answers">Where answers are kept.</param>
/// <param name="settings">How many runs are kept, and how long.</param>
/// <param name="world">The clock.</param>
/// <param name="log">Says how many runs went, or why none could.</param>
internal sealed partial class Retention(
    IRunRetention runs, IIdempotencyStore answers, NodeSettings settings, World world, ILogger<Retention> log)
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <summary>Goes on until it is cancelled.</summary>
    public async Task Run(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(First, world.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                timer.Period = Every;
                await Prune(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The node leaves.
        }
    }

    private async Task Prune(CancellationToken stopping)
    {
        try
        {
            var removed = await runs.Prune(settings.RetentionRuns, world.Now - settings.RetentionAge, stopping);
            await answers.Forget(world.Now - OnceByKey.KeptFor, stopping);
            LogPruned(log, removed);
        }
        catch (StoreException e)
        {
            // Full or away: the store says so itself and recovers; the next hour tries again.
            LogNotPruned(log, e);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "forgot {Removed} old runs")]
    private static partial void LogPruned(ILogger log, long removed);

    [LoggerMessage(2, LogLevel.Warning, "old runs and answers could not be removed")]
    private static partial void LogNotPruned(ILogger log, Exception reason);
}
