using System.Net;
using System.Net.Sockets;
using MarketManager.Cli;
using MarketManager.Host.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace MarketManager.Host.Composition;

/// <summary>Where a node listens: its URLs, and always a UNIX socket that only its user can open.</summary>
/// <param name="settings">Which URLs, which certificate.</param>
/// <param name="socketPath">Where the socket lies.</param>
internal sealed class NodeListeners(NodeSettings settings, string socketPath)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes room for the socket: what a dead node left goes.</summary>
    /// <exception cref="CliException">Somebody answers on it, or the folder is another user's.</exception>
    public async Task PrepareSocket(CancellationToken cancellationToken)
    {
        SocketPath.MakeFolder(socketPath);
        if (!File.Exists(socketPath))
        {
            return;
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
        }
        catch (SocketException)
        {
            File.Delete(socketPath);
            return;
        }

        throw new CliException(ExitCode.Conflict, $"another program answers on {socketPath}");
    }

    /// <summary>To be called when the server listens: the socket is its user's alone.</summary>
    public void GuardSocket() => File.SetUnixFileMode(socketPath, OwnerOnly);

    /// <summary>To be called when it no longer does.</summary>
    public void RemoveSocket() => File.Delete(socketPath);

    /// <summary>Tells Kestrel.</summary>
    /// <exception cref="CliException">The certificate cannot be read.</exception>
    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.ListenUnixSocket(socketPath);
        var tls = NodeCertificate.Read(settings) is { } own
            ? new HttpsConnectionAdapterOptions { ServerCertificate = own.Certificate, ServerCertificateChain = own.Chain }
            : null;
        foreach (var url in settings.Urls)
        {
            void Options(ListenOptions listen)
            {
                if (url.IsSecure)
                {
                    listen.UseHttps(tls!);
                }
            }

            switch (url.Host)
            {
                case "*":
                    kestrel.ListenAnyIP(url.Port, Options);
                    break;
                case "localhost" when url.Port != 0:
                    kestrel.ListenLocalhost(url.Port, Options);
                    break;
                default:
                    kestrel.Listen(url.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(url.Host), url.Port, Options);
                    break;
            }
        }
    }
}
