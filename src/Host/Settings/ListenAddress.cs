using System.Net;

namespace MarketManager.Host.Settings;

/// <summary>An address to listen on.</summary>
/// <param name="Scheme">http or https.</param>
/// <param name="Host">localhost, an IP address without brackets, or * for all.</param>
/// <param name="Port">0 takes a free one.</param>
public sealed record ListenAddress(string Scheme, string Host, int Port)
{
    /// <summary>True where only this machine can reach it.</summary>
    public bool IsLoopback => Host == "localhost" || (IPAddress.TryParse(Host, out var ip) && IPAddress.IsLoopback(ip));

    /// <summary>True for https.</summary>
    public bool IsSecure => Scheme == Uri.UriSchemeHttps;

    /// <summary>Reads "http://127.0.0.1:8080"; null, and why, where it is none.</summary>
    /// <remarks>A name other than localhost is refused: a server cannot be bound to a name, and would take all addresses instead.</remarks>
    public static ListenAddress? Parse(string text, out string? problem)
    {
        problem = null;
        var wildcard = text.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
        if (!Uri.TryCreate(wildcard, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            problem = $"'{text}' is no http or https URL, such as http://127.0.0.1:8080";
        }
        else if (uri.PathAndQuery != "/" || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
        {
            problem = $"'{text}' has more than scheme, host and port";
        }
        else if (uri.IdnHost != "localhost" && !IPAddress.TryParse(uri.IdnHost, out _))
        {
            problem = $"the host of '{text}' must be localhost, an IP address, or * for all addresses";
        }

        return problem is null && uri is not null
            ? new ListenAddress(uri.Scheme, ReferenceEquals(wildcard, text) ? uri.IdnHost : "*", uri.Port)
            : null;
    }

    /// <summary>As a URL.</summary>
    public override string ToString() => Host.Contains(':') ? $"{Scheme}://[{Host}]:{Port}" : $"{Scheme}://{Host}:{Port}";
}
