using System.Net.Sockets;

namespace MarketManager.Cli.Http;

/// <summary>Turns a failure to reach a node into what a person can do about it.</summary>
internal static class Unreachable
{
    public static CliException Explain(NodeAddress address, HttpRequestException failure) => address switch
    {
        NodeAddress.LocalSocket local => Explain(local, failure),
        NodeAddress.Remote remote => Explain(remote, failure),
        _ => throw new InvalidOperationException($"unknown kind of address {address.GetType().Name}"),
    };

    private static CliException Explain(NodeAddress.LocalSocket local, HttpRequestException failure) =>
        SocketError(failure) switch
        {
            System.Net.Sockets.SocketError.AccessDenied => new CliException(
                ExitCode.NotAllowed, $"the socket {local} belongs to another user; use --url with a key"),
            null => new CliException(
                ExitCode.Unreachable, $"the node on {local} broke off the connection ({Reason(failure)}); look into its log"),
            _ => new CliException(
                ExitCode.NotFound,
                $"no node answers on {local}; start one with 'marketmanager start', or name its folder with --data"),
        };

    private static CliException Explain(NodeAddress.Remote remote, HttpRequestException failure)
    {
        var message = failure.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => $"the host name '{remote.Url.Host}' is not known",
            HttpRequestError.SecureConnectionError when failure.InnerException is RejectedCertificateException rejected =>
                $"the certificate of {remote} is not accepted: {rejected.Message}",
            HttpRequestError.SecureConnectionError => $"{remote} does not speak TLS ({Reason(failure)}); is it http instead of https?",
            HttpRequestError.ConnectionError => $"no node answers on {remote} ({Reason(failure)})",
            _ => $"{remote} broke off the connection ({Reason(failure)})",
        };
        return new CliException(ExitCode.Unreachable, message);
    }

    private static SocketError? SocketError(HttpRequestException failure) =>
        failure.HttpRequestError == HttpRequestError.ConnectionError || failure.InnerException is SocketException
            ? (failure.InnerException as SocketException)?.SocketErrorCode ?? System.Net.Sockets.SocketError.NotConnected
            : null;

    private static string Reason(HttpRequestException failure) => (failure.InnerException ?? failure).Message.TrimEnd('.');
}
