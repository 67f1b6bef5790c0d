using System.Collections.Frozen;
using System.Text.Json;

namespace MarketManager.Actors.Exchanges.Options;

/// <summary>The rules for HTTP headers in options.</summary>
internal static class OptionHeaders
{
    private const int LongestName = 100;
    private const int LongestValue = 1000;

    // These belong to the connection: with them a request could be smuggled, or sent to another site.
    private static readonly FrozenSet<string> Steering = new[]
    {
        "Host", "Connection", "Content-Length", "Transfer-Encoding", "Upgrade", "TE", "Trailer", "Expect", "Keep-Alive",
        "Proxy-Connection",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static void Check(OptionProblems problems, string path, JsonElement headers)
    {
        if (!problems.IsObject(path, headers))
        {
            return;
        }

        foreach (var header in headers.EnumerateObject().Where(h => !OptionShape.IsRefused(h.Name)))
        {
            var at = OptionProblems.Join(path, header.Name);
            if (!IsToken(header.Name))
            {
                problems.Add(at, "is no name of a header");
            }
            else if (Steering.Contains(header.Name))
            {
                problems.Add(at, "this header is set by the client that connects");
            }
            else if (SignsIn(header.Name))
            {
                problems.Add(at, "keys and secrets are refused here; options are shown to everyone who may read");
            }
            else
            {
                CheckValue(problems, at, header.Value);
            }
        }
    }

    /// <summary>A value of a header: visible ASCII and spaces.</summary>
    public static void CheckValue(OptionProblems problems, string path, JsonElement value)
    {
        if (problems.IsText(path, value))
        {
            var text = value.GetString()!;
            problems.Is(
                path,
                text.Length is > 0 and <= LongestValue && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'),
                $"1 to {LongestValue} visible ASCII characters");
        }
    }

    // RFC 9110, 5.6.2.
    private static bool IsToken(string name) =>
        name.Length is > 0 and <= LongestName
        && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));

    // Venues sign in with names such as KC-API-SIGN, ACCESS-KEY, X-AUTH-NONCE.
    private static bool SignsIn(string name) =>
        name.Split('-', '_').Any(word => word.ToUpperInvariant() is "KEY" or "SIGN" or "AUTH" or "SESSION" or "AUTHENTICATE");
}
