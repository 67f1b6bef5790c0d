using System.Globalization;
using System.Text.Json;
using MarketManager.Actors.Venues;
using MarketManager.Venues.Limits;

namespace MarketManager.Venues.Ccxt;

/// <summary>Which budget a feed's requests are taken from: that of its venue and the address they go out from.</summary>
/// <remarks>
/// <para>A venue counts by the address that asks, whichever of its hosts is asked. So a proxy makes another budget, and
/// another public host in <c>urls</c> or <c>hostname</c> makes none; the venue's sandbox shares it too, where a venue may well
/// count apart, which errs on the careful side.</para>
/// <para>The exception is a server that cannot be the venue's: the simulator, or one inside a private network that takes the
/// place of every address given in <c>urls.api</c>. It is a venue of its own.</para>
/// </remarks>
internal static class FeedBudget
{
    private const int SocksPort = 1080; // RFC 1928

    private static readonly string[] Proxies = ["proxyUrl", "httpProxy", "httpsProxy", "socksProxy"];

    /// <summary>Equal for feeds that share one budget.</summary>
    /// <param name="spec">Its options are JSON, and valid.</param>
    public static BudgetKey KeyOf(FeedSpec spec)
    {
        using var options = JsonDocument.Parse(spec.Key.Options);
        var ccxt = Member(options.RootElement, "ccxt");
        var server = spec.Origin is { } origin ? Authority(origin) : StandIn(ccxt);
        var venue = server is null ? spec.Key.Venue : $"{spec.Key.Venue}@{server}";
        return new BudgetKey(venue, Egress(ccxt));
    }

    private static string Egress(JsonElement ccxt) =>
        Proxies.Select(name => Authority(Text(Member(ccxt, name)))).FirstOrDefault(proxy => proxy is not null) ?? "";

    /// <summary>The server in a private network that answers in the venue's place; null when any address may be the venue's.</summary>
    private static string? StandIn(JsonElement ccxt)
    {
        var hostname = Text(Member(ccxt, "hostname"));
        var servers = Leaves(Member(Member(ccxt, "urls"), "api"))
            .Select(url => url.Replace("{hostname}", hostname, StringComparison.Ordinal))
            .Select(url => IsPrivate(url) ? Authority(url) : null)
            .ToList();
        return servers.Contains(null) ? null : servers.Min(StringComparer.Ordinal);
    }

    private static bool IsPrivate(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && PrivateAddress.Covers(address.Host);

    /// <summary>Host and port, spelled in one way and without what signs in; null for what is no address.</summary>
    private static string? Authority(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address)
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{address.Host.ToLowerInvariant().TrimEnd('.')}:{(address.Port < 0 ? SocksPort : address.Port)}")
        : null;

    private static IEnumerable<string> Leaves(JsonElement tree) => tree.ValueKind switch
    {
        JsonValueKind.Object => tree.EnumerateObject().SelectMany(member => Leaves(member.Value)),
        JsonValueKind.Array => tree.EnumerateArray().SelectMany(Leaves),
        JsonValueKind.String => [tree.GetString()!],
        _ => [],
    };

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;
}
