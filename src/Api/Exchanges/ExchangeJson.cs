using System.Text.Json;
using MarketManager.Actors.Exchanges;
using MarketManager.Api.Http;
using MarketManager.Api.Lists;
using MarketManager.Api.Requests;
using MarketManager.Api.Runs;

namespace MarketManager.Api.Exchanges;

/// <summary>Writes exchanges.</summary>
internal static class ExchangeJson
{
    /// <summary>For lists.</summary>
    public static readonly RowFormat<ExchangeView> Rows = new("exchanges", Write, CsvHeader, WriteCsv);

    private static string[] CsvHeader =>
    [
        "id", "tenant", "name", "slug", "venue", "enabled", "interval", "logo", "url", "api_url", "options", "volume", "top_pair",
        "top_pair_volume", "created", "updated", "last_update", "has_credentials", "state", "last_run", "last_run_id",
        "time_started", "next_run", "attempt", "consecutive_failures", "last_error_kind", "last_error_message", "last_error_at",
        "node",
    ];

    /// <summary>Writes one exchange.</summary>
    public static void Write(Utf8JsonWriter json, ExchangeView exchange)
    {
        json.WriteStartObject();
        json.WriteNumber("id"u8, exchange.Id);
        json.WriteString("tenant"u8, exchange.Tenant);
        json.WriteString("name"u8, exchange.Name);
        json.WriteString("slug"u8, exchange.Slug);
        json.WriteString("venue"u8, exchange.Venue);
        json.WriteBoolean("enabled"u8, exchange.Enabled);
        json.WriteNumber("interval"u8, exchange.Interval);
        json.WriteString("logo"u8, exchange.Logo);
        json.WriteString("url"u8, exchange.Url);
        json.WriteString("api_url"u8, exchange.ApiUrl);
        json.WritePropertyName("options"u8);
        json.WriteRawValue(exchange.Options, skipInputValidation: true);
        json.WriteDecimal("volume"u8, exchange.Volume);
        json.WriteString("top_pair"u8, exchange.TopPair);
        json.WriteDecimal("top_pair_volume"u8, exchange.TopPairVolume);
        json.WriteTime("created"u8, exchange.Created);
        json.WriteTime("updated"u8, exchange.Updated);
        json.WriteTime("last_update"u8, exchange.LastUpdate);
        json.WriteBoolean("has_credentials"u8, exchange.HasCredentials);
        json.WritePropertyName("status"u8);
        WriteStatus(json, exchange.Status);
        json.WriteEndObject();
    }

    private static void WriteStatus(Utf8JsonWriter json, ExchangeStatus status)
    {
        json.WriteStartObject();
        json.WriteString("state"u8, Names<ExchangeCondition>.Of(status.State));
        json.WriteTime("last_run"u8, status.LastRun);
        json.WriteId("last_run_id"u8, status.LastRunId);
        json.WriteTime("time_started"u8, status.TimeStarted);
        json.WriteTime("next_run"u8, status.NextRun);
        json.WriteWhole("attempt"u8, status.Attempt);
        json.WriteNumber("consecutive_failures"u8, status.ConsecutiveFailures);
        RunJson.WriteError(json, "last_error"u8, status.LastError);
        json.WriteString("node"u8, status.Node);
        json.WriteEndObject();
    }

    private static void WriteCsv(CsvWriter csv, ExchangeView exchange)
    {
        csv.Whole(exchange.Id);
        csv.Text(exchange.Tenant);
        csv.Text(exchange.Name);
        csv.Text(exchange.Slug);
        csv.Text(exchange.Venue);
        csv.Flag(exchange.Enabled);
        csv.Whole(exchange.Interval);
        csv.Text(exchange.Logo);
        csv.Text(exchange.Url);
        csv.Text(exchange.ApiUrl);
        csv.Text(exchange.Options);
        csv.Number(exchange.Volume);
        csv.Text(exchange.TopPair);
        csv.Number(exchange.TopPairVolume);
        csv.Time(exchange.Created);
        csv.Time(exchange.Updated);
        csv.Time(exchange.LastUpdate);
        csv.Flag(exchange.HasCredentials);
        csv.Text(Names<ExchangeCondition>.Of(exchange.Status.State));
        csv.Time(exchange.Status.LastRun);
        csv.Text(exchange.Status.LastRunId?.ToString());
        csv.Time(exchange.Status.TimeStarted);
        csv.Time(exchange.Status.NextRun);
        csv.Whole(exchange.Status.Attempt);
        csv.Whole(exchange.Status.ConsecutiveFailures);
        csv.Text(exchange.Status.LastError?.Kind);
        csv.Text(exchange.Status.LastError?.Message);
        csv.Time(exchange.Status.LastError?.At);
        csv.Text(exchange.Status.Node);
    }
}
