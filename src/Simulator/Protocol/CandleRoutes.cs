using System.Text.Json;
using MarketManager.Simulator.Pricing;

namespace MarketManager.Simulator.Protocol;

/// <summary><c>/api/v3/klines</c> (<c>uiKlines</c> is the same) and <c>avgPrice</c>.</summary>
internal sealed class CandleRoutes(ulong seed)
{
    private const int Weight = 2;
    private const int AverageMinutes = 5;
    private static readonly JsonEncodedText Price = JsonEncodedText.Encode("price");

    public Call Candles(VenueQuery query, Instant now)
    {
        var symbol = query.Symbol();
        var name = query.Text("interval") ?? throw VenueError.Missing("interval");
        var interval = CandleInterval.Find(name) ?? throw VenueError.UnknownInterval();
        var limit = query.Limit(500, 1000);
        var (start, end) = (query.Number("startTime") / now.Micro, query.Number("endTime") / now.Micro);
        return new Call(Weight, () => Json.Render(limit * 200, writer =>
        {
            writer.WriteStartArray();
            foreach (var (open, next) in Spans(interval, start, Math.Min(end ?? now.Ms, now.Ms), limit))
            {
                Write(writer, Candle.Draw(seed, symbol, open, next, now.Ms), now);
            }

            writer.WriteEndArray();
        }));
    }

    public Call AveragePrice(VenueQuery query, Instant now)
    {
        var symbol = query.Symbol();
        return new Call(Weight, () => Json.Render(128, writer =>
        {
            var from = now.Ms - (AverageMinutes * 60_000);
            writer.WriteStartObject();
            writer.WriteNumber("mins"u8, AverageMinutes);
            writer.WriteDecimal(Price, new PriceSpan(seed, symbol, from, now.Ms).Over(from, now.Ms).Mean);
            writer.WriteNumber("closeTime"u8, now.Write(now.Ms));
            writer.WriteEndObject();
        }));
    }

    /// <summary>Where the candles begin and end that open within [start, end]: the first ones; without a start, the last.</summary>
    private static IEnumerable<(long Open, long Next)> Spans(CandleInterval interval, long? start, long end, int limit)
    {
        var earliest = interval.OpenOf(Tape.ListedMs);
        if (end < earliest)
        {
            yield break;
        }

        var open = Math.Max(earliest, interval.Step(interval.OpenOf(end), 1 - limit));
        if (start is { } from)
        {
            from = Math.Clamp(from, earliest, end + 1);
            open = interval.OpenOf(from) is var holding && holding < from ? interval.Step(holding, 1) : holding;
        }

        for (var i = 0; i < limit && open <= end; i++)
        {
            var next = interval.Step(open, 1);
            yield return (open, next);
            open = next;
        }
    }

    private static void Write(Utf8JsonWriter writer, Candle candle, Instant now)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(now.Write(candle.OpenMs));
        writer.WriteDecimalValue(candle.Open);
        writer.WriteDecimalValue(candle.High);
        writer.WriteDecimalValue(candle.Low);
        writer.WriteDecimalValue(candle.Close);
        writer.WriteDecimalValue(candle.Volume);
        writer.WriteNumberValue(now.Write(candle.CloseMs + 1) - 1);
        writer.WriteDecimalValue(candle.QuoteVolume);
        writer.WriteNumberValue(candle.Trades);
        writer.WriteDecimalValue(candle.TakerBuyVolume);
        writer.WriteDecimalValue(candle.TakerBuyQuoteVolume);
        writer.WriteStringValue("0"u8);
        writer.WriteEndArray();
    }
}
