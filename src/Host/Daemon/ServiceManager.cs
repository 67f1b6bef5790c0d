using System.Net.Sockets;
using MarketManager.Kernel;

namespace MarketManager.Host.Daemon;

/// <summary>Keeps systemd informed: that the node takes requests, that it lives, that it stops.</summary>
/// <remarks>Without <c>NOTIFY_SOCKET</c> it does nothing. What cannot be told is logged; the node goes on, and its manager acts
/// by its own time limits.</remarks>
internal sealed partial class ServiceManager : IAsyncDisposable
{
    private readonly ActorSystem _system;
    private readonly ILogger _log;
    private readonly NotifySocket? _socket;
    private readonly TimeSpan? _watchdog;
    private readonly CancellationTokenSource _stopping = new();
    private Task _beating = Task.CompletedTask;

    private ServiceManager(ActorSystem system, ServiceManagerAddress address, ILogger log)
    {
        _system = system;
        _log = log;
        _watchdog = address.Watchdog;
        _socket = address.Socket is { } path ? new NotifySocket(path, system.World.Time) : null;
    }

    /// <summary>Tells that the node is ready, and from now on that it lives.</summary>
    /// <param name="system">What has to answer for the node to count as alive.</param>
    /// <param name="address">Where the manager listens.</param>
    /// <param name="status">One line for people: <c>systemctl status</c> shows it.</param>
    /// <param name="log">Says what could not be told.</param>
    public static async Task<ServiceManager> Start(ActorSystem system, ServiceManagerAddress address, string status, ILogger log)
    {
        var manager = new ServiceManager(system, address, log);
        await manager.Tell("READY=1", $"STATUS={status}");
        if (manager is { _socket: not null, _watchdog: { } watchdog })
        {
            // Half of what is allowed, as sd_watchdog_enabled(3) advises.
            manager._beating = manager.Beat(watchdog / 2);
        }

        return manager;
    }

    /// <summary>Tells that the node stops. The watchdog does not bite a service that does.</summary>
    public async ValueTask DisposeAsync()
    {
        await Tell("STOPPING=1", "STATUS=stops");
        await _stopping.CancelAsync();
        await _beating;
        _stopping.Dispose();
        _socket?.Dispose();
    }

    // An answer proves that the clock ticks, the thread pool has a thread, and actors take their turns.
    private async Task Beat(TimeSpan period)
    {
        var time = _system.World.Time;
        var pulse = _system.Spawn("pulse", static () => new Pulse());
        using var timer = new PeriodicTimer(period, time);
        try
        {
            do
            {
                var answer = pulse.Ask<bool>(static reply => reply, Timeout.InfiniteTimeSpan, _stopping.Token).AsTask();
                while (await IsLate(answer, period, time))
                {
                    LogNoPulse(_log, period);
                }

                await Tell("WATCHDOG=1");
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The node leaves.
        }
    }

    private async Task<bool> IsLate(Task answer, TimeSpan patience, TimeProvider time)
    {
        try
        {
            await answer.WaitAsync(patience, time, _stopping.Token);
            return false;
        }
        catch (TimeoutException)
        {
            return true;
        }
    }

    private async Task Tell(params IEnumerable<string> lines)
    {
        if (_socket is null)
        {
            return;
        }

        try
        {
            await _socket.Send(lines);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            LogNotTold(_log, string.Join(' ', lines), e);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "the service manager could not be told {What}")]
    private static partial void LogNotTold(ILogger log, string what, Exception reason);

    [LoggerMessage(2, LogLevel.Error, "actors have not taken a turn for {Period}; the service manager's watchdog is not fed")]
    private static partial void LogNoPulse(ILogger log, TimeSpan period);

    /// <summary>Answers. Owns nothing; a restart loses nothing.</summary>
    private sealed class Pulse : Actor<ReplyTo<bool>>
    {
        protected override ValueTask OnMessage(ReplyTo<bool> message)
        {
            message.Send(true);
            return default;
        }
    }
}
