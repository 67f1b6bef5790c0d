namespace MarketManager.Host.Composition;

/// <summary>What has been started, ended in the reverse order; one that fails to end does not keep the others up.</summary>
/// <param name="log">Says what failed.</param>
internal sealed partial class StopOrder(ILogger log)
{
    private readonly Stack<(string Name, Func<ValueTask> Stop)> _started = [];

    /// <summary>Something was started.</summary>
    public void Add(string name, Func<ValueTask> stop) => _started.Push((name, stop));

    /// <summary>Something was started that ends at once.</summary>
    public void Add(string name, Action stop) => Add(name, () =>
    {
        stop();
        return ValueTask.CompletedTask;
    });

    /// <summary>Ends all of it.</summary>
    public async Task Stop()
    {
        while (_started.TryPop(out var last))
        {
            try
            {
                await last.Stop();
            }
            catch (Exception e)
            {
                // What is below it holds data or processes and has to end all the same.
                LogNotStopped(log, last.Name, e);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "{Part} did not end in order")]
    private static partial void LogNotStopped(ILogger log, string part, Exception reason);
}
