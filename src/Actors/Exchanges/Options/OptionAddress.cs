using System.Globalization;
using MarketManager.Actors.Venues;

namespace MarketManager.Actors.Exchanges.Options;

/// <summary>The rules for addresses in options: what may be called, read so that no other reader finds another host.</summary>
/// <remarks>Browsers and Node forgive much (backslashes, tabs, escapes, missing slashes); nothing of that is allowed here,
/// so that the host that is checked is the host that is called. ccxt's <c>{hostname}</c> may stand in a host.</remarks>
internal static class OptionAddress
{
    public static readonly IReadOnlyList<string> Http = ["http", "https"];
    public static readonly IReadOnlyList<string> HttpAndWebSocket = ["http", "https", "ws", "wss"];
    public static readonly IReadOnlyList<string> Socks = ["socks4", "socks5", "socks5h"];

    private const string Placeholder = "{hostname}";
    private const int LongestHost = 253;

    /// <summary>Checks a URL.</summary>
    /// <param name="problems">Takes what is wrong.</param>
    /// <param name="path">Where the URL stands.</param>
    /// <param name="url">The URL.</param>
    /// <param name="schemes">What it may begin with.</param>
    /// <param name="needsPath">Whether a slash must follow the host: without one, what is written behind it would extend
    /// the host.</param>
    public static void CheckUrl(
        OptionProblems problems, string path, string url, IReadOnlyList<string> schemes, bool needsPath = false)
    {
        var colon = url.IndexOf("://", StringComparison.Ordinal);
        if (colon < 0 || !schemes.Contains(url[..colon], StringComparer.OrdinalIgnoreCase))
        {
            problems.Add(path, $"must be an absolute URL that begins with {string.Join(" or ", schemes.Select(s => $"{s}://"))}");
            return;
        }

        var rest = url.AsSpan(colon + 3);
        var end = rest.IndexOfAny('/', '?', '#');
        var authority = (end < 0 ? rest : rest[..end]).ToString();
        if (url.AsSpan().ContainsAnyExceptInRange('!', '~') || url.Contains('\\', StringComparison.Ordinal))
        {
            problems.Add(path, "must be a URL without spaces, backslashes and characters outside ASCII; write those as %XX");
        }
        else if (authority.Contains('@', StringComparison.Ordinal) || NamesSecret(url))
        {
            problems.Add(path, "keys and secrets are refused here, in a URL too");
        }
        else if (!TryHost(authority.Replace(Placeholder, problems.HostName, StringComparison.Ordinal), out var host))
        {
            problems.Add(path, "must be a URL with a host, and a port from 1 to 65535 if any");
        }
        else if (needsPath && (end < 0 || rest[end] != '/'))
        {
            problems.Add(path, "must have a path, at least '/': the address that is called is written behind it");
        }
        else
        {
            CheckPublic(problems, path, host);
        }
    }

    /// <summary>Checks a host name or address without scheme and path; a port may follow it.</summary>
    public static void CheckHostName(OptionProblems problems, string path, string authority)
    {
        if (!TryHost(authority, out var host))
        {
            problems.Add(path, $"{OptionProblems.Shown(authority)} is no host name; write one such as 'api.example.com'");
        }
        else
        {
            CheckPublic(problems, path, host);
        }
    }

    private static void CheckPublic(OptionProblems problems, string path, string host)
    {
        if (!problems.AllowPrivateAddresses && PrivateAddress.Covers(host))
        {
            problems.Add(
                path,
                $"{OptionProblems.Shown(host)} is inside a private network; a node that is not bound to loopback calls it only "
                + "with --allow-private-venues");
        }
    }

    private static bool TryHost(string authority, out string host)
    {
        var colon = authority.IndexOf(':', authority.LastIndexOf(']') + 1);
        host = colon < 0 ? authority : authority[..colon];
        return IsHost(host)
            && (colon < 0
                || (ushort.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                    && port > 0));
    }

    private static bool IsHost(string host) => host is ['[', .. var inside, ']']
        ? inside.Contains(':', StringComparison.Ordinal) && inside.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.')
        : host.Length is > 0 and <= LongestHost
            && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            && !host.StartsWith('.') && !host.Contains("..", StringComparison.Ordinal);

    // A server reads "%61piKey" as "apiKey".
    private static bool NamesSecret(string url) =>
        url.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query
        && url[(query + 1)..].Split('&', ';', '#').Any(pair => OptionShape.IsSecret(Uri.UnescapeDataString(pair.Split('=')[0])));
}
