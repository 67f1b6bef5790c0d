using System.Text.Json;

namespace MarketManager.Actors.Exchanges.Options;

/// <summary>The rules for <c>options.markets</c>: <c>types</c>, <c>quotes</c>, <c>symbols</c> and <c>max_symbols</c>.</summary>
/// <remarks>The order within a list means nothing, and neither does an item that is there twice.</remarks>
internal static class MarketOptionRules
{
    public const string Types = "types";
    public const string Quotes = "quotes";
    public const string Symbols = "symbols";
    public const string MaxSymbols = "max_symbols";

    /// <summary>What <c>max_symbols</c> is where it is left out.</summary>
    public const int DefaultMaxSymbols = 50;

    /// <summary>What <c>types</c> is where it is left out.</summary>
    public static readonly IReadOnlyList<string> DefaultTypes = ["spot"];

    private const int MostMaxSymbols = 1000;
    private const int LongestName = 100;

    private static readonly string[] Keys = [Types, Quotes, Symbols, MaxSymbols];
    private static readonly string[] KnownTypes = ["spot", "margin", "swap", "future", "option"];

    public static void Check(OptionProblems problems, string path, JsonElement markets)
    {
        if (!problems.IsObject(path, markets))
        {
            return;
        }

        foreach (var (at, key, value) in problems.Known(path, markets, Keys))
        {
            switch (key)
            {
                case MaxSymbols:
                    problems.IsWhole(at, value, 1, MostMaxSymbols, "markets");
                    break;
                default:
                    CheckList(problems, at, value, key);
                    break;
            }
        }
    }

    /// <summary>A list of names, sorted, each once; null where it is left out.</summary>
    public static IReadOnlyList<string>? List(JsonElement markets, string key) =>
        markets.TryGetProperty(key, out var list)
            ? [.. list.EnumerateArray().Select(item => item.GetString()!).Distinct().Order(StringComparer.Ordinal)]
            : null;

    private static void CheckList(OptionProblems problems, string path, JsonElement list, string key)
    {
        var filled = list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0;
        if (!problems.Is(path, filled, "an array of strings, not empty; leave it out for the default"))
        {
            return;
        }

        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            var at = $"{path}[{index++}]";
            if (problems.IsText(at, item))
            {
                CheckName(problems, at, item.GetString()!, key);
            }
        }
    }

    private static void CheckName(OptionProblems problems, string path, string name, string key)
    {
        if (key == Types && !KnownTypes.Contains(name))
        {
            problems.Add(path, $"unknown type {OptionProblems.Shown(name)}{OptionProblems.Otherwise(name, KnownTypes)}");
        }
        else if (key == Quotes && !(IsName(name) && !name.Contains('/', StringComparison.Ordinal)))
        {
            problems.Add(path, $"{OptionProblems.Shown(name)} is no currency; write ccxt's code, such as 'USDT'");
        }
        else if (key == Symbols && !(IsName(name) && name.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash
            && slash < name.Length - 1))
        {
            problems.Add(path, $"{OptionProblems.Shown(name)} is no symbol; write ccxt's, such as 'ETH/USDT' or 'BTC/USDT:USDT'");
        }
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= LongestName && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));
}
