using System.Text;
using System.Text.Json;
using MarketManager.Actors.Exchanges.Options;

namespace MarketManager.Actors.Exchanges;

/// <summary>The options of an exchange, read and found valid.</summary>
/// <remarks>What is allowed: <c>ccxt</c> (see <see cref="CcxtOptionRules"/>), <c>markets</c> (see
/// <see cref="MarketOptionRules"/>) and <c>max_run</c>; at most <see cref="MaxBytes"/> of UTF-8, <see cref="MaxDepth"/>
/// levels deep, each key once.</remarks>
public sealed class ExchangeOptions
{
    /// <summary>The size of the largest text, in bytes of UTF-8.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>The deepest nesting of objects and arrays; the options themselves are level 1.</summary>
    public const int MaxDepth = 16;

    private const string Root = "options";

    private static readonly string[] Keys = ["ccxt", "markets", "max_run"];

    private static readonly TimeSpan LongestRun = TimeSpan.FromDays(1);

    private ExchangeOptions(JsonElement root)
    {
        MaxRun = root.TryGetProperty("max_run", out var seconds) ? TimeSpan.FromSeconds(seconds.GetInt32()) : null;
        if (root.TryGetProperty("markets", out var markets))
        {
            MarketTypes = MarketOptionRules.List(markets, MarketOptionRules.Types);
            Quotes = MarketOptionRules.List(markets, MarketOptionRules.Quotes);
            Symbols = MarketOptionRules.List(markets, MarketOptionRules.Symbols);
            MaxSymbols = markets.TryGetProperty(MarketOptionRules.MaxSymbols, out var most) ? most.GetInt32() : null;
        }

        Text = CanonicalJson.Compact(root);
        FeedText = ExchangeFeedText.Of(root);
    }

    /// <summary>No options: every default.</summary>
    public static ExchangeOptions Empty { get; } = Parse("{}", allowPrivateAddresses: false).Options!;

    /// <summary>How long a run may take; null takes the default, <see cref="MaxRunFor"/>.</summary>
    public TimeSpan? MaxRun { get; }

    /// <summary>ccxt's types of market to include; null: spot, or all where the venue has no spot.</summary>
    public IReadOnlyList<string>? MarketTypes { get; }

    /// <summary>The pricing currencies (ccxt's quote) to include; null: all.</summary>
    public IReadOnlyList<string>? Quotes { get; }

    /// <summary>The ccxt symbols to include; null: all.</summary>
    public IReadOnlyList<string>? Symbols { get; }

    /// <summary>How many markets of a venue without <c>fetchTickers</c> are asked for; null: 50.</summary>
    public int? MaxSymbols { get; }

    /// <summary>As the client wrote it, without white space.</summary>
    public string Text { get; }

    /// <summary>Only what changes what is gathered, in one spelling: <c>ccxt</c> and <c>markets</c> with keys and lists
    /// sorted, defaults left out. Exchanges of one venue that agree in it share what is gathered.</summary>
    public string FeedText { get; }

    /// <summary>How long a run may take before it is stale: as the options say, else
    /// min(600 s, max(120 s, 2 × interval)).</summary>
    public static TimeSpan MaxRunFor(ExchangeOptions options, TimeSpan interval) =>
        options.MaxRun ?? TimeSpan.FromSeconds(Math.Min(600, Math.Max(120, 2 * interval.TotalSeconds)));

    /// <summary>Reads and checks options.</summary>
    /// <param name="json">A JSON object.</param>
    /// <param name="allowPrivateAddresses">Whether addresses inside private networks may be called.</param>
    /// <returns>The options and no message, or null and what is wrong, each message with its path
    /// (<c>options.markets.types[0]: ...</c>); no message repeats the value of a secret.</returns>
    public static (ExchangeOptions? Options, IReadOnlyList<string> Messages) Parse(string json, bool allowPrivateAddresses)
    {
        var problems = new OptionProblems(allowPrivateAddresses);
        var size = Encoding.UTF8.GetByteCount(json);
        if (size > MaxBytes)
        {
            problems.Add(Root, $"is {size} bytes long; at most {MaxBytes} are allowed");
            return (null, problems.Messages);
        }

        try
        {
            // Depth is checked while walking, where its place can be named; MaxBytes bounds it here.
            using var document = JsonDocument.Parse(json, new() { MaxDepth = MaxBytes });
            Check(problems, document.RootElement);
            return problems.None ? (new(document.RootElement), []) : (null, problems.Messages);
        }
        catch (JsonException e)
        {
            problems.Add(Root, $"is not JSON: look at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}");
        }
        catch (InvalidOperationException)
        {
            problems.Add(Root, "has a text that is not Unicode: half of a surrogate pair"); // GetString, Name
        }

        return (null, problems.Messages);
    }

    private static void Check(OptionProblems problems, JsonElement root)
    {
        if (!problems.IsObject(Root, root) || !OptionShape.Check(problems, Root, root))
        {
            return;
        }

        foreach (var (path, key, value) in problems.Known(Root, root, Keys))
        {
            switch (key)
            {
                case "ccxt":
                    CcxtOptionRules.Check(problems, path, value);
                    break;
                case "markets":
                    MarketOptionRules.Check(problems, path, value);
                    break;
                default:
                    problems.IsWhole(path, value, 1, (int)LongestRun.TotalSeconds, "seconds");
                    break;
            }
        }
    }
}
