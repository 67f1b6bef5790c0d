using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MarketManager.Cli.Wire;

/// <summary>Reads the API's JSON into the records of this folder. Fields that are new to this command are passed over.</summary>
internal static class WireJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        Converters = { new TimeConverter() },
    };

    public static JsonElement Write<T>(T value) => JsonSerializer.SerializeToElement(value, Options);

    public static T Read<T>(JsonElement json)
    {
        try
        {
            return json.Deserialize<T>(Options)!;
        }
        catch (JsonException failure)
        {
            throw new CliException(
                ExitCode.Failed,
                $"the node's answer is not understood at '{failure.Path}'; are node and command of the same version? "
                + "(--output json shows it)");
        }
    }

    /// <summary>Times as the API writes them: UTC, with milliseconds.</summary>
    private sealed class TimeConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
    }
}
