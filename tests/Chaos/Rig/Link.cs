using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MarketManager.Chaos.Tests.Rig;

/// <summary>A line between processes: a TCP proxy of the loopback device whose weather can be made.</summary>
/// <param name="seed">Of what happens by chance.</param>
/// <param name="callers">Processes that are told apart; empty: none are.</param>
internal sealed class Link(int seed, Func<IEnumerable<int>> callers) : IAsyncDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private readonly ConcurrentDictionary<Line, byte> _lines = new();
    private Socket? _listener;
    private volatile Weather _weather = Weather.Fair;

    /// <summary>Where callers come to.</summary>
    public int Port { get; } = Ports.Free();

    /// <summary>Where the line leads to, on this machine.</summary>
    public int Target { get; set; }

    public Weather Weather
    {
        get => _weather;
        set => _weather = value;
    }

    /// <summary>Lets callers in.</summary>
    public void Open()
    {
        if (_listener is null)
        {
            var listener = _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
            listener.Listen(128);
            _ = Accept(listener);
        }
    }

    /// <summary>Refuses callers from now on; those that are connected stay.</summary>
    public void Close()
    {
        _listener?.Dispose();
        _listener = null;
    }

    /// <summary>Breaks all connections that there are.</summary>
    public void Cut()
    {
        foreach (var line in _lines.Keys)
        {
            line.Dispose();
        }
    }

    public ValueTask DisposeAsync()
    {
        Close();
        Cut();
        return default;
    }

    private async Task Accept(Socket listener)
    {
        try
        {
            while (true)
            {
                _ = Carry(await listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task Carry(Socket caller)
    {
        var line = new Line(caller, Processes.CallerAt(((IPEndPoint)caller.RemoteEndPoint!).Port, callers()));
        _lines.TryAdd(line, 0);
        try
        {
            await WhileHeld(line);
            await line.Target.ConnectAsync(IPAddress.Loopback, Target);
            await Task.WhenAny(Pump(line, line.Caller, line.Target, isReply: false), Pump(line, line.Target, line.Caller, isReply: true));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut, or nobody there.
        }
        finally
        {
            line.Dispose();
            _lines.TryRemove(line, out _);
        }
    }

    private async Task Pump(Line line, Socket from, Socket to, bool isReply)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                if (!await Pass(line, to, buffer.AsMemory(0, count), isReply))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }

    private async Task<bool> Pass(Line line, Socket to, ReadOnlyMemory<byte> piece, bool isReply)
    {
        await WhileHeld(line);
        var weather = WeatherOf(line);
        if (weather.SwallowsReplies && isReply)
        {
            while (ReferenceEquals(WeatherOf(line), weather))
            {
                await Pause(Glance);
            }

            return false;
        }

        await Pause(weather.Delay * Chance());
        if (Chance() < weather.Cut)
        {
            return false;
        }

        if (!isReply && piece.Length > 1 && Chance() < weather.Tear)
        {
            var first = 1 + (int)(Chance() * (piece.Length - 1));
            await Send(to, piece[..first]);
            await Pause(weather.TornFor);
            piece = piece[first..];
        }

        await Send(to, piece);
        return true;
    }

    private static async Task Send(Socket to, ReadOnlyMemory<byte> piece)
    {
        while (piece.Length > 0)
        {
            piece = piece[await to.SendAsync(piece)..];
        }
    }

    private async Task WhileHeld(Line line)
    {
        while (WeatherOf(line).IsHeld)
        {
            await Pause(Glance);
        }
    }

    private Weather WeatherOf(Line line) =>
        _weather is { Only: { } only } && !(line.Pid is { } pid && only.Contains(pid)) ? Weather.Fair : _weather;

    private static Task Pause(TimeSpan span) => span > TimeSpan.Zero ? Task.Delay(span, TimeProvider.System) : Task.CompletedTask;

    private double Chance()
    {
        lock (_gate)
        {
            return _random.NextDouble();
        }
    }

    private sealed class Line(Socket caller, int? pid) : IDisposable
    {
        public Socket Caller { get; } = WithoutDelay(caller);

        public Socket Target { get; } = WithoutDelay(new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));

        public int? Pid { get; } = pid;

        public void Dispose()
        {
            Caller.Dispose();
            Target.Dispose();
        }

        private static Socket WithoutDelay(Socket socket)
        {
            socket.NoDelay = true;
            return socket;
        }
    }
}
