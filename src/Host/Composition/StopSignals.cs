using System.Runtime.InteropServices;
using MarketManager.Kernel;

namespace MarketManager.Host.Composition;

/// <summary>Ctrl-C, a closed terminal and <c>kill</c> ask a node to end; who asks twice does not want to wait.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _count;

    /// <summary>Starts listening; until then each of them ends the process at once.</summary>
    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => OnSignal(context, 130)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => OnSignal(context, 143)),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => OnSignal(context, 129)),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Asked => _asked.Token;

    /// <summary>Completes with the first signal.</summary>
    public Task WaitUntilAsked()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Token.Register(asked.SetResult);
        return asked.Task;
    }

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _asked.Dispose();
    }

    private void OnSignal(PosixSignalContext context, int exitCode)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) > 1)
        {
            Environment.Exit(exitCode);
        }

        _asked.CancelAll();
    }
}
