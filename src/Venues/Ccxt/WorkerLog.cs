using Microsoft.Extensions.Logging;

namespace MarketManager.Venues.Ccxt;

internal static partial class WorkerLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Worker {Worker} is ready with pid {Pid}")]
    public static partial void Ready(ILogger logger, int worker, int pid);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "Worker {Worker} with pid {Pid} was lost and is started again in {Delay}: {Reason}")]
    public static partial void Lost(ILogger logger, int worker, int? pid, TimeSpan delay, string reason);

    [LoggerMessage(EventId = 3, Level = LogLevel.Debug, Message = "Worker process {Pid}: {Line}")]
    public static partial void Complained(ILogger logger, int pid, string line);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "The venues could not be listed, trying again: {Reason}")]
    public static partial void CatalogFailed(ILogger logger, string reason);
}
