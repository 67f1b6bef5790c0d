using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MarketManager.Actors.Text;
using MarketManager.Cli.Http;
using MarketManager.Cli.Output;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Venues;

/// <summary><c>marketmanager venues</c></summary>
internal static class VenuesCommand
{
    public static Command Build(CommandFactory factory)
    {
        var id = new Argument<string?>("venue")
        {
            Description = "Show this one in full; all of them without",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return factory.Create("venues", "Show the venues that can be managed", async (session, cancellationToken) =>
        {
            if (session.Get(id) is { } word)
            {
                var venue = await Find(session.Node, word, cancellationToken);
                session.Show(venue, screen => screen.Write(Details(WireJson.Read<Venue>(venue), session.Now)));
            }
            else
            {
                var listing = await Listing.ReadAll(session.Node, "api/venues/", cancellationToken);
                session.Show(listing.ToJson(), screen => screen.Write(TableOf(listing.Items.Select(WireJson.Read<Venue>))));
                session.Say(Format.Plural(listing.Count, "venue"));
            }

            return ExitCode.Done;
        }, id);
    }

    private static async Task<JsonElement> Find(NodeClient node, string word, CancellationToken cancellationToken)
    {
        var all = await Listing.ReadAll(node, "api/venues/", cancellationToken);
        var ids = all.Items.Select(venue => venue.GetProperty("id").GetString()!).ToList();
        var id = ids.Find(candidate => string.Equals(candidate, word, StringComparison.OrdinalIgnoreCase))
            ?? throw new CliException(ExitCode.NotFound, $"no venue '{word}'{Nearest.Hint(word, ids)}");
        return (await node.Get($"api/venues/{Uri.EscapeDataString(id)}/", cancellationToken)).Json;
    }

    private static Table TableOf(IEnumerable<Venue> venues)
    {
        var table = new Table(
            new("ID"), new("NAME"), new("TICKERS"), new("ORDER BOOK", Rank: 2), new("COUNTRIES", Rank: 1), new("SITE", Rank: 3));
        foreach (var venue in venues)
        {
            table.Add(
                venue.Id,
                venue.Name,
                venue.Can("fetchTickers"),
                venue.Can("fetchOrderBook"),
                string.Join(' ', venue.Countries ?? []),
                venue.Url);
        }

        return table;
    }

    private static IEnumerable<(string, Cell)> Details(Venue venue, DateTimeOffset now)
    {
        yield return ("Id", venue.Id);
        yield return ("Name", venue.Name);
        yield return ("Countries", string.Join(' ', venue.Countries ?? []));
        yield return ("Site", venue.Url);
        yield return ("API", venue.ApiUrl);
        yield return ("Documents", venue.Doc);
        yield return ("Rate limit", venue.RateLimit is { } limit
            ? $"{limit.ToString("0.#", CultureInfo.InvariantCulture)} ms a request"
            : Format.None);
        yield return ("Budget", Budget(venue.Budget, now));
        yield return ("Can", string.Join(", ", Capabilities(venue)));
    }

    private static Cell Budget(VenueBudget? budget, DateTimeOffset now) => budget switch
    {
        null => "nothing was asked of it yet",
        { BlockedUntil: { } until } when until > now => new Cell($"blocked, free again {Format.Relative(until, now)}", Tone.Bad),
        _ => $"{Number(budget.Used)} of {Number(budget.Limit)} used in the last minute",
    };

    private static IEnumerable<string> Capabilities(Venue venue) => (venue.Has?.Keys ?? [])
        .Where(capability => venue.Can(capability) != "no")
        .Select(capability => venue.Can(capability) == "emulated" ? $"{capability} (emulated)" : capability)
        .DefaultIfEmpty("nothing that is known");

    private static string Number(double? number) => number?.ToString("#,0.#", CultureInfo.InvariantCulture) ?? Format.None;
}
