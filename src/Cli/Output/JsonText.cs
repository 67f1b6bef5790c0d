using System.Text.Encodings.Web;
using System.Text.Json;

namespace MarketManager.Cli.Output;

/// <summary>Writes JSON for people and programs: indented, fields in the API's order, text as it is.</summary>
internal static class JsonText
{
    // Nothing here is put into HTML, so that signs such as + and ' stay readable.
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Pretty(JsonElement value) => JsonSerializer.Serialize(value, Indented);

    public static string Compact(JsonElement value) => JsonSerializer.Serialize(value, OneLine);
}
