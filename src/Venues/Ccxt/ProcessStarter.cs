using System.Collections.Concurrent;
using System.Diagnostics;

namespace MarketManager.Venues.Ccxt;

/// <summary>Starts child processes from one thread that lives as long as they do.</summary>
/// <remarks>The kernel's parent-death signal follows the thread that forked, not the process: a child started from a pool
/// thread would be killed when the pool lets that thread go. The queue holds 256 starts and refuses further ones.</remarks>
internal sealed class ProcessStarter : IDisposable
{
    private static readonly string[] SetprivPaths = ["/usr/bin/setpriv", "/bin/setpriv"];

    private readonly BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Started)> _starts = new(256);

    public ProcessStarter()
    {
        new Thread(Run) { IsBackground = true, Name = "process-starter" }.Start();
    }

    /// <summary>Starts a process that the kernel kills when this process dies, however it dies, where the system can do that.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The program is not there, or cannot be run.</exception>
    public Task<Process> Start(ProcessStartInfo info)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_starts.TryAdd((DieWithParent(info), started)))
        {
            started.SetException(new InvalidOperationException("too many processes are being started"));
        }

        return started.Task;
    }

    /// <summary>Ends the thread; the kernel then kills what is left of its children.</summary>
    public void Dispose() => _starts.CompleteAdding();

    private static ProcessStartInfo DieWithParent(ProcessStartInfo info)
    {
        if (FindSetpriv() is { } setpriv)
        {
            info.ArgumentList.Insert(0, "--pdeathsig");
            info.ArgumentList.Insert(1, "KILL");
            info.ArgumentList.Insert(2, "--");
            info.ArgumentList.Insert(3, info.FileName);
            info.FileName = setpriv;
        }

        return info;
    }

    /// <summary>Null where the system has none: then the closed pipe and the worker's own watch have to do.</summary>
    private static string? FindSetpriv() => OperatingSystem.IsLinux() ? SetprivPaths.FirstOrDefault(File.Exists) : null;

    private void Run()
    {
        foreach (var (info, started) in _starts.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(info)!);
            }
            catch (Exception error) // reported to whoever wanted the process; the thread has to live on
            {
                started.SetException(error);
            }
        }
    }
}
