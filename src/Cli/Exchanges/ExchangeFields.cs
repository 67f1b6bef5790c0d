using MarketManager.Actors.Text;

namespace MarketManager.Cli.Exchanges;

/// <summary>The fields of an exchange by who writes them.</summary>
internal static class ExchangeFields
{
    /// <summary>What a client writes, in the order in which it is shown.</summary>
    public static readonly IReadOnlyList<string> OfClient =
        ["name", "venue", "enabled", "interval", "logo", "url", "api_url", "options"];

    private static readonly HashSet<string> OfServer =
    [
        "id", "tenant", "slug", "volume", "top_pair", "top_pair_volume",
        "created", "updated", "last_update", "has_credentials", "status",
    ];

    /// <summary>Why a field cannot be written; null where it can.</summary>
    public static string? WhyNot(string field) =>
        OfClient.Contains(field) ? null
        : OfServer.Contains(field) ? $"{field}: is set by the server"
        : $"{field}: unknown field{Nearest.HintOrAll(field, OfClient, none: string.Empty)}";
}
