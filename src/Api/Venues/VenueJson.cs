using System.Text.Json;
using MarketManager.Actors.Venues;
using MarketManager.Api.Http;
using MarketManager.Api.Lists;

namespace MarketManager.Api.Venues;

/// <summary>A venue with what may still be asked of it.</summary>
/// <param name="Info">What is known of it.</param>
/// <param name="Budget">Null while nothing has been asked.</param>
internal sealed record VenueView(VenueInfo Info, VenueBudgetStatus? Budget);

/// <summary>Writes venues.</summary>
internal static class VenueJson
{
    /// <summary>For lists.</summary>
    public static readonly RowFormat<VenueView> Rows = new("venues", Write, CsvHeader, WriteCsv);

    private static string[] CsvHeader =>
    [
        "id", "name", "countries", "url", "api_url", "logo", "doc", "rate_limit", "has", "budget_limit", "budget_used",
        "budget_blocked_until",
    ];

    /// <summary>Writes one venue.</summary>
    public static void Write(Utf8JsonWriter json, VenueView venue)
    {
        var info = venue.Info;
        json.WriteStartObject();
        json.WriteString("id"u8, info.Id);
        json.WriteString("name"u8, info.Name);
        json.WriteStartArray("countries"u8);
        foreach (var country in info.Countries)
        {
            json.WriteStringValue(country);
        }

        json.WriteEndArray();
        json.WriteString("url"u8, info.Url);
        json.WriteString("api_url"u8, info.ApiUrl);
        json.WriteString("logo"u8, info.Logo);
        json.WriteString("doc"u8, info.Doc);
        json.WriteNumber("rate_limit"u8, info.RateLimit);
        json.WriteStartObject("has"u8);
        foreach (var (capability, has) in info.Has)
        {
            if (has == VenueCapability.Emulated)
            {
                json.WriteString(capability, "emulated"u8);
            }
            else
            {
                json.WriteBoolean(capability, has == VenueCapability.Yes);
            }
        }

        json.WriteEndObject();
        WriteBudget(json, venue.Budget);
        json.WriteEndObject();
    }

    private static void WriteBudget(Utf8JsonWriter json, VenueBudgetStatus? budget)
    {
        if (budget is null)
        {
            json.WriteNull("budget"u8);
            return;
        }

        json.WriteStartObject("budget"u8);
        json.WriteNumber("limit"u8, budget.Limit);
        json.WriteNumber("used"u8, budget.Used);
        json.WriteTime("blocked_until"u8, budget.BlockedUntil);
        json.WriteString("sharing"u8, budget.Sharing switch
        {
            BudgetSharing.Shared => "shared",
            BudgetSharing.Away => "away",
            _ => "none",
        });
        json.WriteEndObject();
    }

    private static void WriteCsv(CsvWriter csv, VenueView venue)
    {
        var info = venue.Info;
        csv.Text(info.Id);
        csv.Text(info.Name);
        csv.Text(string.Join(' ', info.Countries));
        csv.Text(info.Url);
        csv.Text(info.ApiUrl);
        csv.Text(info.Logo);
        csv.Text(info.Doc);
        csv.Number((decimal)info.RateLimit);
        csv.Text(string.Join(' ', info.Has.Where(has => has.Value != VenueCapability.No).Select(has => has.Key)));
        csv.Number((decimal?)venue.Budget?.Limit);
        csv.Number((decimal?)venue.Budget?.Used);
        csv.Time(venue.Budget?.BlockedUntil);
    }
}
