using System.Text.Json;

namespace MarketManager.Venues.Ccxt;

/// <summary>Where a feed's requests go, as far as an exchange's options change it.</summary>
internal static class FeedAddress
{
    /// <summary>What makes a venue see another client, or is another venue: a different host, or a way through a proxy.</summary>
    private static readonly string[] Redirecting = ["urls", "hostname", "proxyUrl", "httpProxy", "httpsProxy", "socksProxy"];

    /// <summary>Equal for feeds that share one budget; empty for the venue's own address.</summary>
    /// <param name="spec">Its options are JSON.</param>
    public static string Of(FeedSpec spec)
    {
        using var options = JsonDocument.Parse(spec.Key.Options);
        if (options.RootElement.ValueKind != JsonValueKind.Object || !options.RootElement.TryGetProperty("ccxt", out var ccxt)
            || ccxt.ValueKind != JsonValueKind.Object)
        {
            return spec.Origin ?? "";
        }

        var parts = Redirecting
            .Where(name => ccxt.TryGetProperty(name, out _))
            .Select(name => $"{name}={ccxt.GetProperty(name).GetRawText()}");
        return string.Join(' ', parts.Prepend(spec.Origin).Where(part => part is not null));
    }
}
