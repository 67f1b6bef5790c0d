using System.Text.Json;

namespace MarketManager.Cli.Wire;

/// <summary>Reads the API's JSON into the records of this folder. Fields that are new to this command are passed over.</summary>
internal static class WireJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
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
}
