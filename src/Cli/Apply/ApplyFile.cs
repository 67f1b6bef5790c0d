using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MarketManager.Actors.Text;
using MarketManager.Cli.Exchanges;

namespace MarketManager.Cli.Apply;

/// <summary>Reads the document of <c>exchanges apply</c> and checks all that can be checked without a node.</summary>
internal static partial class ApplyFile
{
    private const int LongestOptions = 16 * 1024;
    private const long LongestInterval = 604_800;

    /// <summary>The exchanges of the document.</summary>
    /// <param name="text">The document: <c>{"exchanges": [{"name": ..., ...}]}</c>.</param>
    /// <param name="source">What to call it in messages.</param>
    /// <exception cref="CliException">Names every mistake at once.</exception>
    public static IReadOnlyList<DesiredExchange> Parse(string text, string source)
    {
        var problems = new List<string>();
        var desired = new List<DesiredExchange>();
        foreach (var (entry, index) in Entries(text, source, problems).Select((entry, index) => (entry, index)))
        {
            desired.Add(Entry(entry, $"exchanges[{index}]", problems));
        }

        var byName = desired.GroupBy(exchange => exchange.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var twins in byName.Where(group => group.Count() > 1))
        {
            problems.Add($"'{twins.Key}' is there {twins.Count()} times");
        }

        return problems.Count == 0
            ? desired
            : throw new CliException(ExitCode.Usage, $"{source} is not valid; nothing was changed", problems);
    }

    private static List<JsonElement> Entries(string text, string source, List<string> problems)
    {
        JsonElement root;
        try
        {
            root = JsonElement.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException failure)
        {
            throw new CliException(ExitCode.Usage, $"{source} is not valid JSON: {failure.Message}");
        }

        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("exchanges", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new CliException(
                ExitCode.Usage, $"{source} is not of the form {{\"exchanges\": [...]}}, as 'exchanges export' writes it");
        }

        problems.AddRange(root.EnumerateObject()
            .Where(property => property.Name != "exchanges")
            .Select(property => $"{property.Name}: unknown field{Nearest.Hint(property.Name, ["exchanges"])}"));
        return [.. list.EnumerateArray()];
    }

    private static DesiredExchange Entry(JsonElement entry, string path, List<string> problems)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            problems.Add($"{path} is not an object");
            return new DesiredExchange(path, new Dictionary<string, JsonElement>());
        }

        var fields = new Dictionary<string, JsonElement>();
        foreach (var property in entry.EnumerateObject())
        {
            if ((ExchangeFields.WhyNot(property.Name) ?? WhyWrong(property.Name, property.Value)) is { } problem)
            {
                problems.Add($"{path}.{problem}");
            }

            fields[property.Name] = property.Value;
        }

        if (!fields.TryGetValue("name", out var name))
        {
            problems.Add($"{path}.name: is missing");
        }

        return new DesiredExchange(name.ValueKind == JsonValueKind.String ? name.GetString()! : path, fields);
    }

    private static string? WhyWrong(string field, JsonElement value) => (field, value.ValueKind) switch
    {
        ("name", JsonValueKind.String) when IsName(value.GetString()!) => null,
        ("name", _) => "name: is 1 to 64 ASCII letters, digits, spaces and ._-, with at least one letter and no outer spaces",
        ("venue", JsonValueKind.String) => null,
        ("venue", _) => "venue: is a venue's id",
        (_, JsonValueKind.Null) => null,
        ("enabled", JsonValueKind.True or JsonValueKind.False) => null,
        ("enabled", _) => $"enabled: is true or false, not {value.GetRawText()}",
        ("interval", JsonValueKind.Number) when value.TryGetInt64(out var seconds) && seconds is >= 1 and <= LongestInterval => null,
        ("interval", _) => $"interval: is a whole number of seconds from 1 to {LongestInterval}, not {value.GetRawText()}",
        ("options", JsonValueKind.Object) when Encoding.UTF8.GetByteCount(value.GetRawText()) <= LongestOptions => null,
        ("options", JsonValueKind.Object) => "options: is longer than 16 KiB",
        ("options", _) => "options: is an object",
        (_, JsonValueKind.String) when IsWebAddress(value.GetString()!) => null,
        _ => $"{field}: is an absolute http or https URL",
    };

    private static bool IsName(string text) => NamePattern().IsMatch(text) && text.Any(char.IsAsciiLetter);

    private static bool IsWebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);

    [GeneratedRegex(@"\A[A-Za-z0-9._-]([A-Za-z0-9 ._-]{0,62}[A-Za-z0-9._-])?\z")]
    private static partial Regex NamePattern();
}
