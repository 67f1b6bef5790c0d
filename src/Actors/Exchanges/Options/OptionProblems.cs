using System.Text.Json;
using MarketManager.Actors.Text;

namespace MarketManager.Actors.Exchanges.Options;

/// <summary>Collects what is wrong with options, each with its path, and holds the checks that all rules share.</summary>
internal sealed class OptionProblems(bool allowPrivateAddresses)
{
    // 16 KiB hold thousands of wrong keys; nobody reads that many.
    private const int MaxMessages = 50;
    private const int MaxShown = 60;

    private readonly List<string> _messages = [];
    private int _more;

    public bool AllowPrivateAddresses { get; } = allowPrivateAddresses;

    /// <summary>What ccxt writes where a URL says <c>{hostname}</c>; without one in the options it is the class's,
    /// a public one.</summary>
    public string HostName { get; set; } = "example.com";

    public bool None => _messages.Count == 0;

    public IReadOnlyList<string> Messages => _more == 0 ? _messages : [.. _messages, $"and {_more} more"];

    public void Add(string path, string message)
    {
        if (_messages.Count < MaxMessages)
        {
            _messages.Add($"{path}: {message}");
        }
        else
        {
            _more++;
        }
    }

    /// <summary>A client's text inside a message: quoted, and cut where it is long.</summary>
    public static string Shown(string text) => text.Length <= MaxShown ? $"'{text}'" : $"'{text[..MaxShown]}…'";

    /// <summary>The path of a key: with a dot, or quoted where the key is no plain word.</summary>
    public static string Join(string path, string key) =>
        key.Length is > 0 and <= MaxShown && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
            ? $"{path}.{key}"
            : $"{path}[{Shown(key)}]";

    /// <summary>The members with a known key; says of each other one what is nearest.</summary>
    public IEnumerable<(string Path, string Key, JsonElement Value)> Known(
        string path, JsonElement element, IReadOnlyCollection<string> keys)
    {
        foreach (var member in element.EnumerateObject())
        {
            if (keys.Contains(member.Name))
            {
                yield return (Join(path, member.Name), member.Name, member.Value);
            }
            else if (!OptionShape.IsRefused(member.Name))
            {
                Add(Join(path, member.Name), $"unknown key{Otherwise(member.Name, keys)}");
            }
        }
    }

    /// <summary>The nearest candidate where one is near, else all that are allowed.</summary>
    public static string Otherwise(string word, IReadOnlyCollection<string> allowed) =>
        Nearest.Hint(word, allowed) is { Length: > 0 } hint ? hint : $"; allowed: {string.Join(", ", allowed)}";

    public bool IsObject(string path, JsonElement value) => Is(path, value.ValueKind == JsonValueKind.Object, "an object");

    public bool IsText(string path, JsonElement value) => Is(path, value.ValueKind == JsonValueKind.String, "a string");

    public bool IsWhole(string path, JsonElement value, int least, int most, string unit) => Is(
        path,
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most,
        $"a whole number of {unit} from {least} to {most}");

    public bool Is(string path, bool holds, string what)
    {
        if (!holds)
        {
            Add(path, $"must be {what}");
        }

        return holds;
    }
}
