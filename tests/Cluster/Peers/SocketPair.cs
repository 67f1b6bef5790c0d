using System.Net;
using System.Net.Sockets;

namespace MarketManager.Cluster.Tests.Peers;

/// <summary>The two ends of a connection.</summary>
internal static class SocketPair
{
    public static async Task<(Stream Near, Stream Far)> Open()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var near = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await near.ConnectAsync(listener.LocalEndpoint);
        return (new NetworkStream(near, ownsSocket: true), new NetworkStream(await listener.AcceptSocketAsync(), ownsSocket: true));
    }
}
