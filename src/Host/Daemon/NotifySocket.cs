using System.Net.Sockets;
using System.Text;

namespace MarketManager.Host.Daemon;

/// <summary>The datagram socket on which a service manager hears how its service is.</summary>
/// <remarks>The protocol: sd_notify(3), one datagram of lines <c>NAME=value</c>.</remarks>
/// <param name="path">A path, or <c>@name</c> for an abstract socket, as in <c>NOTIFY_SOCKET</c>.</param>
/// <param name="time">The clock.</param>
public sealed class NotifySocket(string path, TimeProvider time) : IDisposable
{
    /// <summary>A manager that does not read must not hold up the node.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly UnixDomainSocketEndPoint _manager = new(path.StartsWith('@') ? string.Concat("\0", path.AsSpan(1)) : path);

    /// <summary>Sends one datagram; gives up after a second.</summary>
    /// <exception cref="SocketException">Nobody is there.</exception>
    /// <exception cref="OperationCanceledException">The manager does not read.</exception>
    public async Task Send(params IEnumerable<string> lines)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        await _socket.SendToAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines)), SocketFlags.None, _manager, patience.Token);
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
