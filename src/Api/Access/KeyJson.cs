using System.Text.Json;
using MarketManager.Actors.Access;
using MarketManager.Api.Http;
using MarketManager.Api.Lists;
using MarketManager.Api.Requests;

namespace MarketManager.Api.Access;

/// <summary>Writes keys; their text only where it is given, which is once.</summary>
internal static class KeyJson
{
    /// <summary>For lists.</summary>
    public static readonly RowFormat<ApiKey> Rows =
        new("keys", (json, key) => Write(json, key, text: null), ["id", "name", "role", "created", "revoked"], WriteCsv);

    /// <summary>Writes one key.</summary>
    public static void Write(Utf8JsonWriter json, ApiKey key, string? text)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, key.Id);
        json.WriteString("name"u8, key.Name);
        json.WriteString("role"u8, Names<Role>.Of(key.Role));
        if (text is not null)
        {
            json.WriteString("key"u8, text);
        }

        json.WriteTime("created"u8, key.Created);
        json.WriteTime("revoked"u8, key.Revoked);
        json.WriteEndObject();
    }

    private static void WriteCsv(CsvWriter csv, ApiKey key)
    {
        csv.Text(key.Id);
        csv.Text(key.Name);
        csv.Text(Names<Role>.Of(key.Role));
        csv.Time(key.Created);
        csv.Time(key.Revoked);
    }
}
