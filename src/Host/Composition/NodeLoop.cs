using MarketManager.Kernel;

namespace MarketManager.Host.Composition;

/// <summary>Work that goes on beside all else, until it is disposed of.</summary>
internal sealed partial class NodeLoop : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    /// <summary>Starts it.</summary>
    /// <param name="name">What it is, for the log.</param>
    /// <param name="run">Goes on until it is cancelled.</param>
    /// <param name="log">Told at once should it end by a defect: who waits for it does so only when the node stops.</param>
    public NodeLoop(string name, Func<CancellationToken, Task> run, ILogger log) => _loop = Watch(name, run, log);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAllAsync();
        await _loop;
        _stopping.Dispose();
    }

    private async Task Watch(string name, Func<CancellationToken, Task> run, ILogger log)
    {
        try
        {
            await run(_stopping.Token);
        }
        catch (Exception e)
        {
            LogEnded(log, name, e);
        }
    }

    [LoggerMessage(5, LogLevel.Critical, "{Loop} has ended by a defect and does not come back before the node is restarted")]
    private static partial void LogEnded(ILogger log, string loop, Exception reason);
}
