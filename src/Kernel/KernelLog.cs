using Microsoft.Extensions.Logging;

namespace MarketManager.Kernel;

/// <summary>What the kernel says about the lives of actors.</summary>
internal static partial class KernelLog
{
    [LoggerMessage(1, LogLevel.Warning, "{Actor} restarts in {Delay} for the {Restarts}. time because of {Error}")]
    public static partial void Restarting(ILogger log, Exception e, string actor, int restarts, TimeSpan delay, string error);

    [LoggerMessage(2, LogLevel.Warning, "{Actor} failed and goes on with its state")]
    public static partial void Resumed(ILogger log, Exception e, string actor);

    [LoggerMessage(3, LogLevel.Warning, "{Actor} failed; its parent decides")]
    public static partial void Escalated(ILogger log, Exception e, string actor);

    [LoggerMessage(4, LogLevel.Error, "{Actor} failed and stops")]
    public static partial void StoppedByFailure(ILogger log, Exception e, string actor);

    [LoggerMessage(5, LogLevel.Error, "{Actor} was restarted {Limit} times within {Window} and will not be again")]
    public static partial void LimitReached(ILogger log, string actor, int limit, TimeSpan window);

    [LoggerMessage(6, LogLevel.Warning, "{Actor} must not go on and stops: {Reason}")]
    public static partial void Condemned(ILogger log, string actor, string reason);

    [LoggerMessage(7, LogLevel.Error, "{Actor} failed while it stopped")]
    public static partial void StopFailed(ILogger log, Exception e, string actor);

    [LoggerMessage(8, LogLevel.Error, "the supervision of {Actor} failed to decide; it stops")]
    public static partial void DecideFailed(ILogger log, Exception e, string actor);

    [LoggerMessage(9, LogLevel.Debug, "the mailbox of {Actor} is full, a {Message} was dropped")]
    public static partial void MailboxFull(ILogger log, string actor, string message);

    [LoggerMessage(10, LogLevel.Warning, "{Actor} waits until the store can be read: {Reason}")]
    public static partial void WaitsForStore(ILogger log, PersistenceId actor, string reason);
}
