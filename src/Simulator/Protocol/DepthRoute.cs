using System.Text.Json;
using MarketManager.Simulator.Pricing;

namespace MarketManager.Simulator.Protocol;

/// <summary><c>/api/v3/depth</c>: the order book of a symbol.</summary>
internal sealed class DepthRoute(ulong seed)
{
    public Call Understand(VenueQuery query, Instant now)
    {
        var symbol = query.Symbol();
        // Read for its errors: a status that the symbol does not have is refused.
        query.Symbols();
        var limit = query.Limit(byDefault: 100, most: 5000);
        var weight = limit switch { <= 100 => 5, <= 500 => 25, <= 1000 => 50, _ => 250 };
        return new Call(weight, () => Json.Render(100 + (limit * 80), writer =>
        {
            var last = new PriceSpan(seed, symbol, now.Step, now.Step).TicksAt(now.Step);
            writer.WriteStartObject();
            writer.WriteNumber("lastUpdateId"u8, (now.Step - Tape.ListedMs) / Instant.StepMs);
            Side(writer, "bids", symbol, Book.Side(symbol, last, now.Step, -1, limit));
            Side(writer, "asks", symbol, Book.Side(symbol, last, now.Step, 1, limit));
            writer.WriteEndObject();
        }));
    }

    private static void Side(Utf8JsonWriter writer, string name, Symbol symbol, IEnumerable<(long Ticks, long Lots)> levels)
    {
        writer.WriteStartArray(name);
        foreach (var (ticks, lots) in levels)
        {
            writer.WriteStartArray();
            writer.WriteDecimalValue(symbol.Prices.At(ticks));
            writer.WriteDecimalValue(symbol.Lots.At(lots));
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }
}
