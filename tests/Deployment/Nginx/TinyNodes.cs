using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MarketManager.Deployment.Tests.Nginx;

/// <summary>A request as a node got it.</summary>
internal sealed record Arrival(string Method, string Target, string Body);

/// <summary>Three servers that stand for nodes: they note what arrives, and answer, or break the connection once they have read it.</summary>
internal sealed class TinyNodes : IAsyncDisposable
{
    private const int Count = 3;

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Arrival> _arrivals = new();
    private readonly List<Socket> _sockets = [];
    private readonly List<Task> _served = [];
    private int _broken;

    /// <param name="away">How many of them refuse connections.</param>
    public TinyNodes(int away = 0)
    {
        for (var node = 0; node < Count; node++)
        {
            // A port that is taken and not listened on refuses, and nobody else can get it.
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _sockets.Add(socket);
            if (node >= away)
            {
                socket.Listen();
                _served.Add(Serve(socket));
            }
        }
    }

    /// <summary>How many requests end with a broken connection, whichever node gets them.</summary>
    public int Breaks { get; init; }

    /// <summary>What the others are answered with.</summary>
    public HttpStatusCode Status { get; init; } = HttpStatusCode.OK;

    public IReadOnlyList<int> Ports => [.. _sockets.Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Port)];

    /// <summary>All requests that arrived, at whichever node.</summary>
    public IReadOnlyList<Arrival> Arrivals => [.. _arrivals];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_served);
        _sockets.ForEach(socket => socket.Dispose());
        _stop.Dispose();
    }

    private async Task Serve(Socket listener)
    {
        try
        {
            while (true)
            {
                using var connection = await listener.AcceptAsync(_stop.Token);
                await using var stream = new NetworkStream(connection);
                await Answer(stream);
            }
        }
        catch (OperationCanceledException)
        {
            // The test has ended.
        }
    }

    private async Task Answer(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        if (await reader.ReadLineAsync(_stop.Token) is not { } request)
        {
            return;
        }

        var length = 0;
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } header)
        {
            if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            {
                length = int.Parse(header.AsSpan(header.IndexOf(':', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
            }
        }

        var body = new char[length];
        if (length > 0)
        {
            await reader.ReadBlockAsync(body, _stop.Token);
        }

        var words = request.Split(' ');
        _arrivals.Enqueue(new Arrival(words[0], words[1], new string(body)));
        if (Interlocked.Increment(ref _broken) > Breaks)
        {
            var answer = $"HTTP/1.1 {(int)Status} {Status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), _stop.Token);
        }
    }
}
