using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace MarketManager.Storage.Tests.PostgreSql;

/// <summary>What a transaction pooler does that can be seen: it gives its clients numbers of sessions that are not the server's.</summary>
internal sealed class FakePooler : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _server;

    public FakePooler(int server)
    {
        _server = server;
        _listener.Start();
        _ = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                _ = Serve(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Serve(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _server);
                await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream()), Answer(server.GetStream(), client.GetStream()));
            }
            catch (IOException)
            {
                // Either end has gone.
            }
        }
    }

    private static async Task Answer(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[65536];
        for (int read; (read = await from.ReadAsync(buffer)) > 0;)
        {
            // BackendKeyData: 'K', length 12, the session, its secret.
            var key = buffer.AsSpan(0, read).IndexOf("K\0\0\0\f"u8);
            if (key >= 0)
            {
                BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(key + 5), 424242);
            }

            await to.WriteAsync(buffer.AsMemory(0, read));
        }
    }
}
