using MarketManager.Kernel;
using Microsoft.Extensions.Logging;

namespace MarketManager.Actors.Runs;

/// <content>What is logged about runs.</content>
public abstract partial class RunningActor<TState>
{
    private void LogEnded(PersistenceId entity, Guid runId, RunState outcome, double milliseconds, int attempts, string? kind, string? message)
    {
        if (outcome is RunState.Succeeded)
        {
            RunLog.Succeeded(Context.Log, entity, runId, milliseconds, attempts);
        }
        else
        {
            RunLog.NotSucceeded(Context.Log, entity, runId, outcome, milliseconds, attempts, kind, message);
        }
    }

    private void LogStartNotKept(PersistenceId entity, string reason) => RunLog.StartNotKept(Context.Log, entity, reason);

    private void LogEndNotKept(PersistenceId entity, Guid runId, string reason) => RunLog.EndNotKept(Context.Log, entity, runId, reason);

    private void LogNotKept(PersistenceId entity, string reason) => RunLog.NotKept(Context.Log, entity, reason);
}

internal static partial class RunLog
{
    [LoggerMessage(1, LogLevel.Debug, "{Entity} run {RunId} succeeded in {Milliseconds:0} ms, attempts {Attempts}")]
    public static partial void Succeeded(ILogger log, PersistenceId entity, Guid runId, double milliseconds, int attempts);

    [LoggerMessage(2, LogLevel.Warning, "{Entity} run {RunId} ended {Outcome} after {Milliseconds:0} ms, attempts {Attempts}: {Kind}: {Reason}")]
    public static partial void NotSucceeded(
        ILogger log, PersistenceId entity, Guid runId, RunState outcome, double milliseconds, int attempts, string? kind, string? reason);

    [LoggerMessage(3, LogLevel.Error, "{Entity} could not keep the start of a run, trying again: {Reason}")]
    public static partial void StartNotKept(ILogger log, PersistenceId entity, string reason);

    [LoggerMessage(4, LogLevel.Error, "{Entity} could not keep the end of run {RunId}, trying again: {Reason}")]
    public static partial void EndNotKept(ILogger log, PersistenceId entity, Guid runId, string reason);

    [LoggerMessage(5, LogLevel.Warning, "{Entity} could not keep a change of what it shows: {Reason}")]
    public static partial void NotKept(ILogger log, PersistenceId entity, string reason);
}
