using System.CommandLine;
using MarketManager.Cli.Http;
using MarketManager.Cli.Output;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Exchanges;

/// <summary><c>marketmanager exchanges list</c></summary>
internal static class ListCommand
{
    private static readonly string[] States = ["running", "disabled", "stale", "failing", "idle"];

    public static Command Build(CommandFactory factory)
    {
        var state = new Option<string?>("--state") { Description = "Only those in this state", HelpName = string.Join('|', States) };
        state.Validators.Add(result => Choice.Check(result, "--state", States));
        state.CompletionSources.Add(States);
        var venue = new Option<string?>("--venue") { Description = "Only those on this venue", HelpName = "ID" };
        var enabled = new Option<bool?>("--enabled") { Description = "Only those that are on, or off", HelpName = "true|false" };
        var pages = new PageOptions(defaultLimit: 100, defaultOrder: "id");

        return factory.Create("list", "Show the exchanges and how they are doing", async (session, cancellationToken) =>
        {
            var query = new Query("api/exchanges/")
                .With("state", session.Get(state))
                .With("venue", session.Get(venue))
                .With("enabled", session.Get(enabled))
                .With("ordering", pages.Order(session));
            var listing = await pages.Read(session, query, cancellationToken);
            session.Show(listing.ToJson(), screen =>
            {
                if (listing.Items.Count > 0)
                {
                    screen.Write(TableOf(listing.Items.Select(WireJson.Read<Exchange>), session.Now));
                }

                PageOptions.SayWhatIsLeft(session, listing, "exchange");
            });
            return ExitCode.Done;
        }, [state, venue, enabled, .. pages.Symbols]);
    }

    // Between the due time and the start, and behind a clock that goes differently, a start may lie in the past.
    private static string Next(ExchangeStatus status, DateTimeOffset now) =>
        status.State == "running" ? "running"
        : status.NextRun <= now ? "due"
        : Format.Relative(status.NextRun, now);

    private static Table TableOf(IEnumerable<Exchange> exchanges, DateTimeOffset now)
    {
        var table = new Table(
            new("ID", Right: true),
            new("NAME"),
            new("VENUE", Rank: 2),
            new("STATE"),
            new("EVERY", Right: true, Rank: 1),
            new("UPDATED", Right: true),
            new("NEXT RUN", Right: true, Rank: 3),
            new("VOLUME USD", Right: true),
            new("TOP PAIR", Rank: 4));
        foreach (var exchange in exchanges)
        {
            table.Add(
                exchange.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
                exchange.Name,
                exchange.Venue,
                Cell.State(exchange.Status.State),
                Format.Interval(exchange.Interval),
                Format.Relative(exchange.LastUpdate, now),
                Next(exchange.Status, now),
                Format.Amount(exchange.Volume),
                exchange.TopPair);
        }

        return table;
    }
}
