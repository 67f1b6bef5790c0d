using System.Net;
using System.Net.Sockets;

namespace MarketManager.Host.Daemon;

/// <summary>What a node answers on its UNIX socket.</summary>
/// <param name="Answers">Whether anybody does.</param>
/// <param name="Ready">Whether it says that it is ready.</param>
/// <param name="Detail">What it says when it is not, or why nobody answered.</param>
public sealed record NodeSign(bool Answers, bool Ready, string Detail);

/// <summary>Asks a node on its UNIX socket whether it is ready.</summary>
/// <param name="socketPath">Where the socket should be.</param>
public sealed class NodeProbe(string socketPath)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Asks once; gives up after two seconds.</summary>
    public async Task<NodeSign> Ask()
    {
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = Connect }) { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(new Uri("http://localhost/healthz/ready"));
            return new NodeSign(true, answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return new NodeSign(false, false, $"nobody answers on {socketPath}");
        }
    }

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
