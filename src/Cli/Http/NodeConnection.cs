using System.Net.Http.Headers;
using System.Net.Sockets;

namespace MarketManager.Cli.Http;

/// <summary>Makes the HTTP client for an address.</summary>
internal static class NodeConnection
{
    /// <summary>A client without a time limit of its own: each request has one.</summary>
    public static HttpClient Open(NodeAddress address, CliContext context)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // The API never redirects, and a key must not follow where somebody points.
            ConnectTimeout = TimeSpan.FromSeconds(5),
            UseProxy = address is NodeAddress.Remote { Url.IsLoopback: false },
            UseCookies = false,
            SslOptions =
            {
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    RejectedCertificateException.Check(certificate, chain, errors),
            },
        };
        if (address is NodeAddress.LocalSocket local)
        {
            handler.ConnectCallback = (_, cancellationToken) => Connect(local.Path, cancellationToken);
        }

        var client = new HttpClient(handler) { BaseAddress = address.BaseUri, Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("marketmanager", Version));
        if (address is NodeAddress.Remote remote && ApiKeySource.Read(context.Environment) is { } key)
        {
            if (remote.Url is { IsLoopback: false, Scheme: "http" })
            {
                context.Error.WriteLine("warning: the API key is sent over plain HTTP; anyone between can read it");
            }

            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return client;
    }

    private static string Version => typeof(NodeConnection).Assembly.GetName().Version?.ToString(3) ?? "0";

    // Connecting to a local socket does not wait, so that this serves the blocking request of shell completion as well.
    private static ValueTask<Stream> Connect(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return ValueTask.FromResult<Stream>(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
