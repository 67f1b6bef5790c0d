using System.Text.Json;

namespace MarketManager.Cli.Wire;

/// <summary>A venue, as <c>/api/venues/{id}/</c> shows it.</summary>
internal sealed record Venue(
    string Id,
    string Name,
    IReadOnlyList<string>? Countries,
    string? Url,
    string? ApiUrl,
    string? Logo,
    string? Doc,
    double? RateLimit,
    IReadOnlyDictionary<string, JsonElement>? Has,
    VenueBudget? Budget)
{
    /// <summary>yes, no or emulated.</summary>
    public string Can(string capability) => Has is null || !Has.TryGetValue(capability, out var value)
        ? "no"
        : value.ValueKind switch
        {
            JsonValueKind.True => "yes",
            JsonValueKind.String => value.GetString()!,
            _ => "no",
        };
}

/// <summary>What may still be asked of a venue.</summary>
internal sealed record VenueBudget(double? Limit, double? Used, DateTimeOffset? BlockedUntil);
