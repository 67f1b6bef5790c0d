using System.Text.Json;
using System.Text.Json.Nodes;

namespace MarketManager.Actors.Exchanges.Options;

/// <summary>Writes the part of options that changes what is gathered, so that equal means equal text.</summary>
internal static class ExchangeFeedText
{
    /// <summary>The text of valid options: <c>{}</c> where everything is the default.</summary>
    /// <remarks>Numbers inside <c>ccxt.options</c> keep their spelling: 1 and 1.0 are two feeds.</remarks>
    public static string Of(JsonElement root)
    {
        var feed = new JsonObject();
        if (root.TryGetProperty("ccxt", out var ccxt))
        {
            var kept = ccxt.EnumerateObject().Where(member => !IsDefault(member));
            AddFilled(feed, "ccxt", new(kept.Select(m => KeyValuePair.Create(m.Name, JsonNode.Parse(m.Value.GetRawText())))));
        }

        if (root.TryGetProperty("markets", out var markets))
        {
            AddFilled(feed, "markets", Markets(markets));
        }

        return CanonicalJson.Sorted(feed);
    }

    private static JsonObject Markets(JsonElement markets)
    {
        var kept = new JsonObject();
        foreach (var key in (string[])[MarketOptionRules.Types, MarketOptionRules.Quotes, MarketOptionRules.Symbols])
        {
            if (MarketOptionRules.List(markets, key) is { } names
                && !(key == MarketOptionRules.Types && names.SequenceEqual(MarketOptionRules.DefaultTypes)))
            {
                kept[key] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]);
            }
        }

        if (markets.TryGetProperty(MarketOptionRules.MaxSymbols, out var most)
            && most.GetInt32() is var count and not MarketOptionRules.DefaultMaxSymbols)
        {
            kept[MarketOptionRules.MaxSymbols] = count;
        }

        return kept;
    }

    private static bool IsDefault(JsonProperty member) => member.Value.ValueKind switch
    {
        JsonValueKind.Object => !member.Value.EnumerateObject().Any(),
        JsonValueKind.True => member.Name == "enableRateLimit",
        JsonValueKind.Number => member.Name == "timeout" && member.Value.GetInt32() == CcxtOptionRules.DefaultTimeout,
        _ => false,
    };

    private static void AddFilled(JsonObject feed, string key, JsonObject part)
    {
        if (part.Count > 0)
        {
            feed[key] = part;
        }
    }
}
