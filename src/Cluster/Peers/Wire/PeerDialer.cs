using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace MarketManager.Cluster.Peers.Wire;

/// <summary>Opens connections to nodes: TCP, TLS where the address is https, then the upgrade of an HTTP/1.1 request.</summary>
/// <param name="authorities">Who may vouch for nodes; null: those that the machine trusts.</param>
internal sealed class PeerDialer(PeerAuthorities? authorities)
{
    private const int MaxHead = 4096;
    private const string OfTheMachine = "the authorities that this machine trusts";

    private static ReadOnlySpan<byte> EndOfHead => "\r\n\r\n"u8;

    /// <summary>Opens one.</summary>
    /// <exception cref="IOException">It cannot be reached, or its certificate is not valid.</exception>
    /// <exception cref="PeerRefusedException">What answers there is no node of a cluster.</exception>
    public async Task<Stream> Open(Uri address, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(address.DnsSafeHost, address.Port, cancellationToken);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (address.Scheme == Uri.UriSchemeHttps)
            {
                stream = await Secure(stream, address.DnsSafeHost, cancellationToken);
            }

            await Upgrade(stream, address, cancellationToken);
            return stream;
        }
        catch (Exception e)
        {
            await (stream?.DisposeAsync() ?? default);
            socket.Dispose();
            throw e is SocketException or System.Security.Authentication.AuthenticationException ? new IOException(e.Message, e) : e;
        }
    }

    private static async Task Upgrade(Stream stream, Uri address, CancellationToken cancellationToken)
    {
        var request = $"GET /peer HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: Upgrade\r\nUpgrade: {Handshake.Protocol}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), cancellationToken);

        var head = new byte[MaxHead];
        var length = 0;
        int end;
        while ((end = head.AsSpan(0, length).IndexOf(EndOfHead)) < 0)
        {
            var read = length == MaxHead ? 0 : await stream.ReadAsync(head.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                throw NoNode(head.AsSpan(0, length));
            }

            length += read;
        }

        // After the upgrade the callee says nothing before it was spoken to, so nothing but the head was read.
        if (!head.AsSpan().StartsWith("HTTP/1.1 101 "u8) || end + EndOfHead.Length != length)
        {
            throw NoNode(head.AsSpan(0, length));
        }
    }

    private static PeerRefusedException NoNode(ReadOnlySpan<byte> head)
    {
        var line = head.IndexOf("\r\n"u8);
        return new(line < 0
            ? "what answers there is no node"
            : $"what answers there takes no peers: {Encoding.ASCII.GetString(head[..line])}");
    }

    private async Task<Stream> Secure(Stream plain, string host, CancellationToken cancellationToken)
    {
        var tls = new SslStream(plain);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            CertificateChainPolicy = authorities?.Policy(),
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                PeerCertificate.Check(certificate, chain, errors, host, authorities?.ToString() ?? OfTheMachine),
        };
        await tls.AuthenticateAsClientAsync(options, cancellationToken);
        return tls;
    }
}
