using System.Text;
using System.Text.Json;
using MarketManager.Simulator.Pricing;

namespace MarketManager.Simulator.Protocol;

/// <summary><c>/api/v3/exchangeInfo</c>: the rules of the venue and of its symbols.</summary>
internal sealed class ExchangeInfoRoute(Listing listing, int weightLimit)
{
    private const int Weight = 20;
    private const int BytesPerSymbol = 2000;
    private static readonly string[] OrderTypes =
        ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"];

    private static readonly string[] SelfTradePreventionModes = ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"];

    private readonly Lock _gate = new();
    private (int Version, ReadOnlyMemory<byte> Body) _everything = (-1, default);

    public Call Understand(VenueQuery query, Instant now)
    {
        var selection = query.Symbols();
        var showSets = query.OneOf("showPermissionSets", "true", "true", "false") == "true";
        var permissions = query.Text("permissions");
        if (selection.Scope != Scope.All && (selection.Status ?? permissions) is not null)
        {
            throw VenueError.Combination();
        }

        var symbols = permissions is null ? selection.Symbols : [.. selection.Symbols.Where(x => HasAny(x, permissions))];
        var isEverything = selection is { Scope: Scope.All, Status: null } && permissions is null && showSets;
        return new Call(Weight, () => WithTime(now, isEverything ? Everything() : RulesOf(symbols, showSets)));
    }

    /// <summary>All symbols, written once and again only after a status has changed.</summary>
    private ReadOnlyMemory<byte> Everything()
    {
        lock (_gate)
        {
            var version = listing.Version;
            if (_everything.Version != version)
            {
                _everything = (version, RulesOf(listing.All, showSets: true));
            }

            return _everything.Body;
        }
    }

    /// <summary>The server's time before what does not change with it.</summary>
    private static ReadOnlyMemory<byte> WithTime(Instant now, ReadOnlyMemory<byte> rules)
    {
        var head = Encoding.UTF8.GetBytes($$"""{"timezone":"UTC","serverTime":{{now.Write(now.Ms)}},""");
        byte[] body = [.. head, .. rules.Span[1..]];
        return body;
    }

    private ReadOnlyMemory<byte> RulesOf(IReadOnlyCollection<Symbol> symbols, bool showSets) =>
        Json.Render((symbols.Count + 1) * BytesPerSymbol, writer => WriteRules(writer, symbols, showSets));

    private void WriteRules(Utf8JsonWriter writer, IReadOnlyCollection<Symbol> symbols, bool showSets)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("rateLimits"u8);
        RateLimit(writer, "REQUEST_WEIGHT", "MINUTE", 1, weightLimit);
        RateLimit(writer, "ORDERS", "SECOND", 10, 100);
        RateLimit(writer, "ORDERS", "DAY", 1, 200_000);
        // No request weighs less than 1, so this one is kept whenever the first is.
        RateLimit(writer, "RAW_REQUESTS", "MINUTE", 5, Math.Max(61_000, 5L * weightLimit));
        writer.WriteEndArray();
        writer.WriteStartArray("exchangeFilters"u8);
        writer.WriteEndArray();
        writer.WriteStartArray("symbols"u8);
        foreach (var symbol in symbols)
        {
            Write(writer, symbol, showSets);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void RateLimit(Utf8JsonWriter writer, string type, string interval, int intervals, long limit)
    {
        writer.WriteStartObject();
        writer.WriteString("rateLimitType"u8, type);
        writer.WriteString("interval"u8, interval);
        writer.WriteNumber("intervalNum"u8, intervals);
        writer.WriteNumber("limit"u8, limit);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Symbol symbol, bool showSets)
    {
        writer.WriteStartObject();
        writer.WriteString("symbol"u8, symbol.Name);
        writer.WriteString("status"u8, symbol.Status);
        writer.WriteString("baseAsset"u8, symbol.Base.Name);
        writer.WriteNumber("baseAssetPrecision"u8, 8);
        writer.WriteString("quoteAsset"u8, symbol.Quote.Name);
        writer.WriteNumber("quotePrecision"u8, 8);
        writer.WriteNumber("quoteAssetPrecision"u8, 8);
        writer.WriteNumber("baseCommissionPrecision"u8, 8);
        writer.WriteNumber("quoteCommissionPrecision"u8, 8);
        Strings(writer, "orderTypes", OrderTypes);
        writer.WriteBoolean("icebergAllowed"u8, true);
        writer.WriteBoolean("ocoAllowed"u8, true);
        writer.WriteBoolean("otoAllowed"u8, true);
        writer.WriteBoolean("opoAllowed"u8, true);
        writer.WriteBoolean("quoteOrderQtyMarketAllowed"u8, true);
        writer.WriteBoolean("allowTrailingStop"u8, true);
        writer.WriteBoolean("cancelReplaceAllowed"u8, true);
        writer.WriteBoolean("amendAllowed"u8, true);
        writer.WriteBoolean("pegInstructionsAllowed"u8, true);
        writer.WriteBoolean("isSpotTradingAllowed"u8, true);
        writer.WriteBoolean("isMarginTradingAllowed"u8, symbol.IsMarginAllowed);
        SymbolFilters.Write(writer, symbol);
        Strings(writer, "permissions", []);
        writer.WriteStartArray("permissionSets"u8);
        if (showSets)
        {
            Strings(writer, null, PermissionsOf(symbol));
        }

        writer.WriteEndArray();
        writer.WriteString("defaultSelfTradePreventionMode"u8, SelfTradePreventionModes[0]);
        Strings(writer, "allowedSelfTradePreventionModes", SelfTradePreventionModes);
        writer.WriteEndObject();
    }

    private static string[] PermissionsOf(Symbol symbol) => symbol.IsMarginAllowed ? ["SPOT", "MARGIN"] : ["SPOT"];

    /// <summary>Whether a symbol has one of the permissions named by <c>SPOT</c> or <c>["SPOT","MARGIN"]</c>.</summary>
    private static bool HasAny(Symbol symbol, string permissions) =>
        permissions.Trim('[', ']').Split(',').Select(x => x.Trim('"')).Intersect(PermissionsOf(symbol)).Any();

    private static void Strings(Utf8JsonWriter writer, string? name, string[] values)
    {
        if (name is not null)
        {
            writer.WritePropertyName(name);
        }

        writer.WriteStartArray();
        foreach (var value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }
}
