using System.Diagnostics;
using MarketManager.Cli;

namespace MarketManager.Host.Daemon;

/// <summary>Starts and stops the node of a data folder in the background.</summary>
/// <param name="dataFolder">Whose node.</param>
/// <param name="probe">Asks that node.</param>
/// <param name="time">For waiting.</param>
/// <param name="error">Where people are told what happens.</param>
public sealed class NodeDaemon(string dataFolder, NodeProbe probe, TimeProvider time, TextWriter error)
{
    /// <summary>How long a start may take until the node is ready; past it the node is ended again.</summary>
    public static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    /// <summary>When a stop that is still waiting says so; a clean stop takes at most 10 s.</summary>
    public static readonly TimeSpan StopNotice = TimeSpan.FromSeconds(15);

    /// <summary>When waiting for a stop is given up.</summary>
    public static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly PidFile _pidFile = new(dataFolder);
    private readonly DaemonLog _log = new(dataFolder);

    /// <summary>The process that runs; null where none does.</summary>
    public ProcessIdentity? Running => _pidFile.Running();

    /// <summary>Starts a node in the background and waits until it is ready; an exit code.</summary>
    /// <param name="command">The program, with the command <c>run</c>.</param>
    public async Task<int> Start(ProgramCommand command)
    {
        if (Running is { } running)
        {
            await error.WriteLineAsync($"marketmanager runs already on {dataFolder}, pid {running.Pid}");
            return ExitCode.Conflict;
        }

        if (_log.Prepare() is { } why)
        {
            await error.WriteLineAsync($"the data folder '{dataFolder}' cannot be written ({why}); make it writable for this user, or name another with --data");
            return ExitCode.Failed;
        }

        var before = _log.Length;
        using var process = DetachedProcess.Start(command, _log.Path);
        var missing = await WaitUntilReady(process);
        if (missing is null)
        {
            await error.WriteLineAsync($"marketmanager started, pid {process.Id}; log in {_log.Path}");
            return ExitCode.Done;
        }

        if (process.HasExited)
        {
            await error.WriteLineAsync($"marketmanager did not start; it said:{Environment.NewLine}{await _log.TailSince(before)}");
            return process.ExitCode == ExitCode.Conflict ? ExitCode.Conflict : ExitCode.Failed;
        }

        await error.WriteLineAsync(
            $"marketmanager was not ready after {StartPatience.TotalSeconds:0} s and is ended again: {missing}; more in {_log.Path}");
        Native.Signal(process.Id, Native.SigTerm);
        return ExitCode.Failed;
    }

    /// <summary>Asks the node to end and waits until it has; an exit code, which is success where none runs.</summary>
    public async Task<int> Stop()
    {
        if (Running is not { } process)
        {
            if ((await probe.Ask()).Answers)
            {
                await error.WriteLineAsync($"a node answers for {dataFolder}, but {_pidFile.Path} does not name it; end its process by hand");
                return ExitCode.Failed;
            }

            await error.WriteLineAsync($"marketmanager does not run on {dataFolder}");
            return ExitCode.Done;
        }

        if (!Native.Signal(process.Pid, Native.SigTerm) && process.IsAlive)
        {
            await error.WriteLineAsync($"process {process.Pid} belongs to another user");
            return ExitCode.NotAllowed;
        }

        return await WaitUntilDown(process);
    }

    private async Task<string?> WaitUntilReady(Process process)
    {
        var began = time.GetTimestamp();
        var missing = "it did not begin";
        while (!process.HasExited && time.GetElapsedTime(began) < StartPatience)
        {
            // The pid first: whoever else answers on the socket is not the one that was started.
            if (Running?.Pid == process.Id)
            {
                var sign = await probe.Ask();
                if (sign.Ready)
                {
                    return null;
                }

                missing = sign.Detail;
            }

            await Task.Delay(Pause, time);
        }

        return missing;
    }

    private async Task<int> WaitUntilDown(ProcessIdentity process)
    {
        var began = time.GetTimestamp();
        var noticed = false;
        while (process.IsAlive)
        {
            var waited = time.GetElapsedTime(began);
            if (waited > StopPatience)
            {
                await error.WriteLineAsync($"process {process.Pid} did not end within {StopPatience.TotalSeconds:0} s; kill -9 {process.Pid} ends it, and loses nothing that was answered");
                return ExitCode.Failed;
            }

            if (waited > StopNotice && !noticed)
            {
                noticed = true;
                await error.WriteLineAsync($"process {process.Pid} has not ended after {StopNotice.TotalSeconds:0} s; still waiting");
            }

            await Task.Delay(Pause, time);
        }

        await error.WriteLineAsync($"marketmanager stopped, pid {process.Pid}");
        return ExitCode.Done;
    }
}
