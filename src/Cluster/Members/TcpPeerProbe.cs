using System.Net.Sockets;

namespace MarketManager.Cluster.Members;

/// <summary>Knocks with a TCP connection that is closed again at once.</summary>
/// <param name="time">Ends the wait after 200 ms.</param>
public sealed class TcpPeerProbe(TimeProvider time) : IPeerProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    public async ValueTask<bool> Refuses(Uri address, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address.IdnHost, address.Port, either.Token);
            return false;
        }
        catch (SocketException refusal)
        {
            return refusal.SocketErrorCode is SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
