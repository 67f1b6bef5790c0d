using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using MarketManager.Host.Daemon;
using MarketManager.Kernel;
using MarketManager.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace MarketManager.Host.Tests.Daemon;

public sealed class ServiceManagerTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("notify-");
    private readonly ManualTime _time = new();
    private readonly HaltingScheduler _scheduler = new();
    private readonly LogLines _log = new();
    private readonly ActorSystem _system;

    public ServiceManagerTests() => _system = new ActorSystem("test", TestWorld.Create(_time), NullLoggerFactory.Instance, _scheduler);

    private string SocketPath => Path.Combine(_folder.FullName, "notify");

    [Fact]
    public async Task Node_that_starts_and_stops_says_so()
    {
        using var socket = Listen(new UnixDomainSocketEndPoint(SocketPath));
        var manager = await ServiceManager.Start(_system, new ServiceManagerAddress(SocketPath, null), "ready on http://x", _log);

        Assert.Equal("READY=1\nSTATUS=ready on http://x", await Receive(socket));
        await manager.DisposeAsync();
        Assert.Equal("STOPPING=1\nSTATUS=stops", await Receive(socket));
    }

    [Fact]
    public async Task Abstract_socket_is_reached()
    {
        var name = Path.GetFileName(_folder.FullName);
        using var socket = Listen(new UnixDomainSocketEndPoint("\0" + name));
        await using var manager = await ServiceManager.Start(_system, new ServiceManagerAddress("@" + name, null), "ready", _log);

        Assert.Equal("READY=1\nSTATUS=ready", await Receive(socket));
    }

    [Fact]
    public async Task Watchdog_is_fed_twice_in_the_time_that_it_allows()
    {
        using var socket = Listen(new UnixDomainSocketEndPoint(SocketPath));
        await using var manager = await ServiceManager.Start(
            _system, new ServiceManagerAddress(SocketPath, TimeSpan.FromSeconds(10)), "ready", _log);

        Assert.Equal("READY=1\nSTATUS=ready", await Receive(socket));
        Assert.Equal("WATCHDOG=1", await Receive(socket));
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            Assert.Equal("WATCHDOG=1", await Receive(socket));
        }
    }

    [Fact]
    public async Task Watchdog_is_not_fed_while_actors_take_no_turns()
    {
        using var socket = Listen(new UnixDomainSocketEndPoint(SocketPath));
        await using var manager = await ServiceManager.Start(
            _system, new ServiceManagerAddress(SocketPath, TimeSpan.FromSeconds(10)), "ready", _log);
        Assert.Equal("READY=1\nSTATUS=ready", await Receive(socket));
        Assert.Equal("WATCHDOG=1", await Receive(socket));

        _scheduler.Halt();
        _time.Advance(TimeSpan.FromSeconds(5));
        await _scheduler.Held.WaitAsync(Patience);
        await AdvanceUntilLogged(TimeSpan.FromSeconds(5));
        Assert.Equal(0, socket.Available);

        _scheduler.GoOn();
        Assert.Equal("WATCHDOG=1", await Receive(socket));
    }

    [Fact]
    public async Task Manager_that_is_gone_does_not_end_the_node()
    {
        await using var manager = await ServiceManager.Start(_system, new ServiceManagerAddress(SocketPath, null), "ready", _log);

        Assert.Equal("the service manager could not be told READY=1 STATUS=ready", await _log.Next.WaitAsync(Patience));
    }

    [Fact]
    public async Task Node_without_a_manager_has_no_pulse()
    {
        await using var manager = await ServiceManager.Start(_system, new ServiceManagerAddress(null, TimeSpan.FromSeconds(1)), "ready", _log);

        Assert.Equal(0, _system.ActorCount);
    }

    [Theory]
    [InlineData("/run/notify", "20000000", null, "/run/notify", 20.0)]
    [InlineData("@notify", "20000000", "42", "@notify", 20.0)]
    [InlineData("@notify", "20000000", "43", "@notify", null)]
    [InlineData("@notify", "0", null, "@notify", null)]
    [InlineData("", "soon", null, null, null)]
    [InlineData(null, null, null, null, null)]
    public void Address_is_what_the_variables_say(string? socket, string? usec, string? watched, string? path, double? seconds)
    {
        var address = ServiceManagerAddress.Of(
            name => name switch { "NOTIFY_SOCKET" => socket, "WATCHDOG_USEC" => usec, "WATCHDOG_PID" => watched, _ => null }, pid: 42);

        Assert.Equal(new ServiceManagerAddress(path, seconds is { } s ? TimeSpan.FromSeconds(s) : null), address);
    }

    public async ValueTask DisposeAsync()
    {
        await _system.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static Socket Listen(UnixDomainSocketEndPoint where)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(where);
        return socket;
    }

    private static async Task<string> Receive(Socket socket)
    {
        var buffer = new byte[256];
        using var patience = new CancellationTokenSource(Patience);
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, SocketFlags.None, patience.Token));
    }

    // Manual time passes only for timers that have been set by then, and the wait for the answer is set on another thread.
    private async Task AdvanceUntilLogged(TimeSpan step)
    {
        var logged = _log.Next;
        for (var i = 0; i < 1000 && !logged.IsCompleted; i++)
        {
            _time.Advance(step);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        Assert.Equal("actors have not taken a turn for 00:00:05; the service manager's watchdog is not fed", await logged.WaitAsync(Patience));
    }

    /// <summary>The thread pool, until it is halted; what comes then waits.</summary>
    private sealed class HaltingScheduler : ActorScheduler
    {
        private readonly Queue<IThreadPoolWorkItem> _waiting = new();
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _halted;

        /// <summary>Completes when something waits.</summary>
        public Task Held => _held.Task;

        public void Halt()
        {
            lock (_waiting)
            {
                _halted = true;
            }
        }

        public void GoOn()
        {
            lock (_waiting)
            {
                _halted = false;
                while (_waiting.TryDequeue(out var item))
                {
                    ThreadPoolScheduler.Instance.Schedule(item);
                }
            }
        }

        public override void Schedule(IThreadPoolWorkItem item)
        {
            lock (_waiting)
            {
                if (_halted)
                {
                    _waiting.Enqueue(item);
                    _held.TrySetResult();
                    return;
                }
            }

            ThreadPoolScheduler.Instance.Schedule(item);
        }
    }

    private sealed class LogLines : ILogger
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

        public Task<string> Next => _lines.Reader.ReadAsync().AsTask();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Writer.TryWrite(formatter(state, exception));
    }
}
