using System.Text.Json;
using MarketManager.Actors.Text;

namespace MarketManager.Host.Settings;

/// <summary>Settings from a JSON object such as <c>config/production.json</c>; comments and trailing commas are allowed.</summary>
public static class FileSource
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads the object; what is wrong goes to <paramref name="problems"/>.</summary>
    /// <param name="json">The file's text.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="problems">One line each.</param>
    public static List<SettingValue> Read(string json, string file, List<string> problems)
    {
        var values = new List<SettingValue>();
        try
        {
            using var document = JsonDocument.Parse(json, Lenient);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                problems.Add($"{file} must hold a JSON object");
                return values;
            }

            foreach (var property in document.RootElement.EnumerateObject())
            {
                Read(property, file, values, problems);
            }
        }
        catch (JsonException e)
        {
            problems.Add($"{file} is no JSON: {e.Message}");
        }

        return values;
    }

    private static void Read(JsonProperty property, string file, List<SettingValue> values, List<string> problems)
    {
        var source = $"{property.Name} in {file}";
        if (KnownSettings.All.FirstOrDefault(s => s.Key == property.Name) is not { } setting)
        {
            problems.Add($"unknown setting {source}{Nearest.Hint(property.Name, KnownSettings.All.Select(s => s.Key))}");
        }
        else if (setting == KnownSettings.Environment)
        {
            problems.Add($"{source}: the environment picks the file and cannot be set in it");
        }
        else if (values.Exists(v => v.Setting == setting))
        {
            problems.Add($"{source} stands there twice");
        }
        else if (property.Value.ValueKind != JsonValueKind.Null)
        {
            if (Text(property.Value, setting) is { } text)
            {
                values.Add(new(setting, text, source));
            }
            else
            {
                problems.Add($"{source} must be {(setting.List ? "a text or an array of texts" : "a text, a number, true or false")}");
            }
        }
    }

    private static string? Text(JsonElement value, Setting setting) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        JsonValueKind.Array when setting.List && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String) =>
            string.Join(',', value.EnumerateArray().Select(v => v.GetString())),
        _ => null,
    };
}
