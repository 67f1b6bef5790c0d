using System.Globalization;
using MarketManager.Api.Problems;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Api.Access;

/// <summary>Keeps web pages of others out of an open API: a browser sends their name as <c>Host</c> (a name that was rebound
/// to loopback) or as <c>Origin</c> (a request across sites).</summary>
internal sealed class LocalSite
{
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _hosts;

    /// <summary>Knows the names of loopback and those that are given.</summary>
    public LocalSite(IEnumerable<string> hosts) =>
        _hosts = new HashSet<string>(["localhost", "127.0.0.1", "[::1]", .. hosts], StringComparer.OrdinalIgnoreCase)
            .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The problem of a foreign request; null where it is none.</summary>
    public Problem? Refuse(HttpContext http)
    {
        var host = http.Request.Host.Value;
        if (!IsOurs(host, out var port))
        {
            return new Problem(
                ProblemKind.ForeignHost,
                $"this service is not '{host}'; without keys it answers only to the names it is bound to");
        }

        var origin = http.Request.Headers.Origin;
        return origin.Count == 0 || IsOurOrigin(origin.ToString(), port)
            ? null
            : new Problem(ProblemKind.ForeignOrigin, $"requests from pages of '{origin}' are not allowed");
    }

    // The same site: one of our names, and the very port, since another port of this machine is another program.
    private bool IsOurOrigin(string origin, int? port)
    {
        var start = origin.IndexOf("://", StringComparison.Ordinal);
        if (start < 0 || origin[..start] is not ("http" or "https"))
        {
            return false;
        }

        var standard = origin[..start] == "http" ? 80 : 443;
        return IsOurs(origin.AsSpan(start + 3), out var itsPort) && (itsPort ?? standard) == (port ?? standard);
    }

    private bool IsOurs(ReadOnlySpan<char> authority, out int? port)
    {
        port = null;
        var colon = authority.LastIndexOf(':');
        if (colon > authority.LastIndexOf(']'))
        {
            if (!int.TryParse(authority[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            port = number;
            authority = authority[..colon];
        }

        return _hosts.Contains(authority);
    }
}
