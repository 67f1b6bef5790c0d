using System.Text.Json;
using MarketManager.Simulator.Pricing;

namespace MarketManager.Simulator.Protocol;

/// <summary><c>/api/v3/trades</c>, <c>historicalTrades</c> and <c>aggTrades</c>: what was traded, oldest first.</summary>
/// <remarks>An aggregate trade is one trade here, under the same id.</remarks>
internal sealed class TradeRoutes(ulong seed)
{
    private const int Most = 1000;
    private static readonly JsonEncodedText Price = JsonEncodedText.Encode("price");
    private static readonly JsonEncodedText Quantity = JsonEncodedText.Encode("qty");
    private static readonly JsonEncodedText QuoteQuantity = JsonEncodedText.Encode("quoteQty");
    private static readonly JsonEncodedText P = JsonEncodedText.Encode("p");
    private static readonly JsonEncodedText Q = JsonEncodedText.Encode("q");

    public Call Recent(VenueQuery query, Instant now)
    {
        var symbol = query.Symbol();
        return Trades(25, symbol, Last(symbol, query.Limit(500, Most), now), now, WriteTrade);
    }

    public Call Historical(VenueQuery query, Instant now)
    {
        var symbol = query.Symbol();
        var limit = query.Limit(500, Most);
        var ids = query.Number("fromId") is { } from ? From(symbol, from, limit, now) : Last(symbol, limit, now);
        return Trades(25, symbol, ids, now, WriteTrade);
    }

    public Call Aggregate(VenueQuery query, Instant now)
    {
        var symbol = query.Symbol();
        var limit = query.Limit(500, Most);
        var (from, start, end) = (query.Number("fromId"), query.Number("startTime"), query.Number("endTime"));
        if (from is not null && (start ?? end) is not null)
        {
            throw VenueError.Combination();
        }

        // The tape has no trade after this instant, and end times are included.
        var until = symbol.Tape.FirstAt(Math.Min(end / now.Micro ?? now.Ms, now.Ms) + 1);
        var (first, next) = (from, start) switch
        {
            ({ } id, _) => From(symbol, id, limit, now),
            (_, { } at) when symbol.Tape.FirstAt(Math.Min(at / now.Micro, now.Ms + 1)) is var id => (id, Math.Min(until, id + limit)),
            _ => (Math.Max(0, until - limit), until),
        };
        return Trades(4, symbol, (first, next), now, WriteAggregate);
    }

    private static (long First, long Next) Last(Symbol symbol, int limit, Instant now)
    {
        var next = symbol.Tape.FirstAt(now.Ms + 1);
        return (Math.Max(0, next - limit), next);
    }

    private static (long First, long Next) From(Symbol symbol, long id, int limit, Instant now)
    {
        var next = symbol.Tape.FirstAt(now.Ms + 1);
        return (Math.Min(id, next), Math.Min(Math.Min(id, next) + limit, next));
    }

    private Call Trades(
        int weight, Symbol symbol, (long First, long Next) ids, Instant now, Action<Utf8JsonWriter, Trade, Instant> write) =>
        new(weight, () => Json.Render(1024, writer =>
        {
            writer.WriteStartArray();
            if (ids.First < ids.Next)
            {
                var span = new PriceSpan(seed, symbol, symbol.Tape.TimeOf(ids.First), symbol.Tape.TimeOf(ids.Next - 1));
                for (var id = ids.First; id < ids.Next; id++)
                {
                    var at = symbol.Tape.TimeOf(id);
                    writer.WriteStartObject();
                    var size = symbol.Lots.At(symbol.Tape.LotsOf(id));
                    write(writer, new Trade(id, at, span.At(at), size, symbol.Tape.BuyerIsMaker(id)), now);
                    writer.WriteEndObject();
                }
            }

            writer.WriteEndArray();
        }));

    private static void WriteTrade(Utf8JsonWriter writer, Trade trade, Instant now)
    {
        writer.WriteNumber("id"u8, trade.Id);
        writer.WriteDecimal(Price, trade.Price);
        writer.WriteDecimal(Quantity, trade.Size);
        writer.WriteDecimal(QuoteQuantity, trade.Price * trade.Size);
        writer.WriteNumber("time"u8, now.Write(trade.Ms));
        writer.WriteBoolean("isBuyerMaker"u8, trade.BuyerIsMaker);
        writer.WriteBoolean("isBestMatch"u8, true);
    }

    private static void WriteAggregate(Utf8JsonWriter writer, Trade trade, Instant now)
    {
        writer.WriteNumber("a"u8, trade.Id);
        writer.WriteDecimal(P, trade.Price);
        writer.WriteDecimal(Q, trade.Size);
        writer.WriteNumber("f"u8, trade.Id);
        writer.WriteNumber("l"u8, trade.Id);
        writer.WriteNumber("T"u8, now.Write(trade.Ms));
        writer.WriteBoolean("m"u8, trade.BuyerIsMaker);
        writer.WriteBoolean("M"u8, true);
    }

    /// <summary>One trade: price in quote per base, size in base.</summary>
    private readonly record struct Trade(long Id, long Ms, decimal Price, decimal Size, bool BuyerIsMaker);
}
