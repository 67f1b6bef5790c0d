using System.CommandLine;
using System.Text.Json;
using MarketManager.Actors.Text;
using MarketManager.Cli.Completion;
using MarketManager.Cli.Http;

namespace MarketManager.Cli.Exchanges;

/// <summary>Finds an exchange by what a person calls it: id, name or slug, without regard to case.</summary>
internal static class ExchangeNames
{
    private static readonly string[] Spoken = ["name", "slug"];

    /// <summary>The exchange as JSON; where there is none, an error with the nearest name.</summary>
    public static async Task<JsonElement> Find(NodeClient node, string word, CancellationToken cancellationToken)
    {
        // A name has at least one letter, so that digits alone are an id.
        var isId = word.Length > 0 && word.All(char.IsAsciiDigit);
        var all = isId
            ? await Listing.ReadAll(node, "api/exchanges/", cancellationToken)
            : await Named(node, word, cancellationToken);
        return Choose(word, all.Items);
    }

    /// <summary>The exchange's id.</summary>
    public static async Task<long> FindId(NodeClient node, string word, CancellationToken cancellationToken) =>
        (await Find(node, word, cancellationToken)).GetProperty("id").GetInt64();

    /// <summary>The one that the word means: by id, then by name, then by slug.</summary>
    public static JsonElement Choose(string word, IReadOnlyList<JsonElement> exchanges)
    {
        foreach (var field in (string[])["id", .. Spoken])
        {
            foreach (var exchange in exchanges)
            {
                if (string.Equals(exchange.GetProperty(field).ToString(), word, StringComparison.OrdinalIgnoreCase))
                {
                    return exchange;
                }
            }
        }

        var names = exchanges.SelectMany(exchange => Spoken.Select(field => exchange.GetProperty(field).GetString()!));
        throw new CliException(ExitCode.NotFound, $"no exchange '{word}'{Nearest.Hint(word, names)}");
    }

    /// <summary>The names for the shell to complete; none where the node does not answer at once.</summary>
    public static IEnumerable<string> Complete(CliContext context, CliOptions options, ParseResult parsed) =>
        NodeWords.Ask(context, options, parsed, "api/exchanges/?limit=1000", "slug");

    // Nearly always the name is right, and one small request tells.
    private static async Task<Listing> Named(NodeClient node, string word, CancellationToken cancellationToken)
    {
        var exact = await Listing.Read(node, new Query("api/exchanges/").With("name", word), limit: 2, offset: 0, cancellationToken);
        return exact.Items.Count == 1 ? exact : await Listing.ReadAll(node, "api/exchanges/", cancellationToken);
    }
}
