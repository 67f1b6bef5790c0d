using System.Text.Json;
using System.Text.Json.Nodes;

namespace MarketManager.Cli.Exchanges;

/// <summary>Reads <c>name=value</c> words: JSON where the value is JSON, else the text itself; dots go into an object.</summary>
internal static class Assignments
{
    /// <summary>The two sides of a word.</summary>
    public static (string Path, JsonNode? Value) Parse(string word)
    {
        var at = word.IndexOf('=', StringComparison.Ordinal);
        return at > 0
            ? (word[..at].Trim(), ValueOf(word[(at + 1)..]))
            : throw new CliException(ExitCode.Usage, $"'{word}' is not of the form name=value");
    }

    /// <summary>Sets a value in an object, making the objects on the way to it; null removes it.</summary>
    public static void Put(JsonObject target, string path, JsonNode? value)
    {
        var names = path.Split('.');
        if (names.Any(string.IsNullOrWhiteSpace))
        {
            throw new CliException(ExitCode.Usage, $"'{path}' is not a name, or names with dots between");
        }

        foreach (var name in names[..^1])
        {
            if (target[name] is not JsonObject inner)
            {
                target[name] = inner = [];
            }

            target = inner;
        }

        if (value is null)
        {
            target.Remove(names[^1]);
        }
        else
        {
            target[names[^1]] = value;
        }
    }

    /// <summary>An object given as JSON, or as <c>@file</c> that holds it.</summary>
    public static JsonObject ParseObject(string text, string option)
    {
        try
        {
            var json = text.StartsWith('@') ? File.ReadAllText(text[1..]) : text;
            return JsonNode.Parse(json) as JsonObject
                ?? throw new CliException(ExitCode.Usage, $"{option} takes a JSON object, such as '{{\"max_run\":120}}'");
        }
        catch (JsonException failure)
        {
            throw new CliException(
                ExitCode.Usage,
                $"{option} is not valid JSON: line {failure.LineNumber + 1}, character {failure.BytePositionInLine + 1}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"{option}: {failure.Message}");
        }
    }

    private static JsonNode? ValueOf(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
