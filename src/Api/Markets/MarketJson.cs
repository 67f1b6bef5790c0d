using System.Text.Json;
using MarketManager.Actors.Markets;
using MarketManager.Api.Http;
using MarketManager.Api.Lists;

namespace MarketManager.Api.Markets;

/// <summary>Writes markets as they are at one instant, from which their age counts.</summary>
internal static class MarketJson
{
    private static readonly string[] CsvHeader =
    [
        "name", "symbol", "type", "base", "quote", "exchange", "volume", "volume_usd", "last", "bid", "ask", "active", "updated",
        "venue_time", "age_seconds",
    ];

    /// <summary>For lists.</summary>
    public static RowFormat<MarketView> Rows(DateTimeOffset now) =>
        new("markets", (json, market) => Write(json, market, now), CsvHeader, (csv, market) => WriteCsv(csv, market, now));

    private static void Write(Utf8JsonWriter json, MarketView market, DateTimeOffset now)
    {
        var row = market.Row;
        json.WriteStartObject();
        json.WriteString("name"u8, row.Name);
        json.WriteString("symbol"u8, row.Symbol);
        json.WriteString("type"u8, row.Type);
        json.WriteString("base"u8, row.Base);
        json.WriteString("quote"u8, row.Quote);
        json.WriteNumber("exchange"u8, market.Exchange);
        json.WriteDecimal("volume"u8, row.Volume);
        json.WriteDecimal("volume_usd"u8, row.VolumeUsd);
        json.WriteDecimal("last"u8, row.Last);
        json.WriteDecimal("bid"u8, row.Bid);
        json.WriteDecimal("ask"u8, row.Ask);
        json.WriteFlag("active"u8, row.Active);
        json.WriteTime("updated"u8, market.Updated);
        json.WriteTime("venue_time"u8, row.VenueTime);
        json.WriteDecimal("age_seconds"u8, AgeOf(market, now));
        json.WriteEndObject();
    }

    // To the millisecond; a clock that was set back makes nothing younger than new.
    private static decimal AgeOf(MarketView market, DateTimeOffset now) =>
        Math.Max(0, (now - market.Updated).Ticks / TimeSpan.TicksPerMillisecond) / 1000m;

    private static void WriteCsv(CsvWriter csv, MarketView market, DateTimeOffset now)
    {
        var row = market.Row;
        csv.Text(row.Name);
        csv.Text(row.Symbol);
        csv.Text(row.Type);
        csv.Text(row.Base);
        csv.Text(row.Quote);
        csv.Whole(market.Exchange);
        csv.Number(row.Volume);
        csv.Number(row.VolumeUsd);
        csv.Number(row.Last);
        csv.Number(row.Bid);
        csv.Number(row.Ask);
        csv.Flag(row.Active);
        csv.Time(market.Updated);
        csv.Time(row.VenueTime);
        csv.Number(AgeOf(market, now));
    }
}
