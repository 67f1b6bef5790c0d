using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MarketManager.Storage.Tests.PostgreSql;

/// <summary>A way to the server on which answers can be lost: what was asked arrives, and what came of it is never told.</summary>
internal sealed class SilentLine : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> _ends = [];
    private readonly int _server;

    public SilentLine(int server)
    {
        _server = server;
        _listener.Start();
        _ = Accept();
    }

    /// <summary>Whether answers vanish from now on.</summary>
    public bool IsSilent { get; set; }

    /// <summary>A connection string that leads along here.</summary>
    public string Through(string connectionString) =>
        connectionString.Replace($"Port={_server}", $"Port={((IPEndPoint)_listener.LocalEndpoint).Port}", StringComparison.Ordinal);

    /// <summary>Breaks all connections.</summary>
    public void Cut()
    {
        while (_ends.TryTake(out var end))
        {
            end.Dispose();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                var server = new TcpClient { NoDelay = true };
                _ends.Add(client);
                _ends.Add(server);
                await server.ConnectAsync(IPAddress.Loopback, _server);
                _ = Carry(client, server, isAnswer: false);
                _ = Carry(server, client, isAnswer: true);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Carry(TcpClient from, TcpClient to, bool isAnswer)
    {
        try
        {
            var (source, target) = (from.GetStream(), to.GetStream());
            var buffer = new byte[65536];
            for (int read; (read = await source.ReadAsync(buffer)) > 0;)
            {
                if (!(isAnswer && IsSilent))
                {
                    await target.WriteAsync(buffer.AsMemory(0, read));
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }

        from.Dispose();
        to.Dispose();
    }
}
