using System.CommandLine;
using MarketManager.Cli.Http;
using MarketManager.Cli.Output;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Exchanges;

/// <summary><c>marketmanager exchanges runs</c></summary>
internal static class RunsCommand
{
    private static readonly string[] States = ["running", "succeeded", "failed", "crashed", "stale", "cancelled"];
    private static readonly string[] Triggers = ["interval", "demand", "recovery"];

    public static Command Build(CommandFactory factory)
    {
        var name = factory.ExchangeArgument();
        var state = new Option<string?>("--state") { Description = "Only those that ended so", HelpName = string.Join('|', States) };
        state.Validators.Add(result => Choice.Check(result, "--state", States));
        state.CompletionSources.Add(States);
        var trigger = new Option<string?>("--trigger") { Description = "Only those that were started so", HelpName = string.Join('|', Triggers) };
        trigger.Validators.Add(result => Choice.Check(result, "--trigger", Triggers));
        trigger.CompletionSources.Add(Triggers);
        var from = new Option<string?>("--from") { Description = "Started at or after", HelpName = "TIME" };
        var to = new Option<string?>("--to") { Description = "Started before", HelpName = "TIME" };
        var pages = new PageOptions(defaultLimit: 20, defaultOrder: "newest first");

        return factory.Create("runs", "Show the runs of an exchange, newest first", async (session, cancellationToken) =>
        {
            var id = await IdOf(session, session.Get(name), cancellationToken);
            var query = new Query($"api/exchanges/{id}/runs/")
                .With("state", session.Get(state))
                .With("trigger", session.Get(trigger))
                .With("from", session.Get(from))
                .With("to", session.Get(to))
                .With("ordering", pages.Order(session));
            var listing = await pages.Read(session, query, cancellationToken);
            session.Show(listing.ToJson(), screen =>
            {
                if (listing.Items.Count > 0)
                {
                    screen.Write(TableOf(listing.Items.Select(WireJson.Read<Run>), session.Now));
                }

                PageOptions.SayWhatIsLeft(session, listing, "run");
            });
            return ExitCode.Done;
        }, [name, state, trigger, from, to, .. pages.Symbols]);
    }

    // The history of an exchange outlives it: an id is taken at its word.
    private static async Task<long> IdOf(CliSession session, string word, CancellationToken cancellationToken) =>
        long.TryParse(word, out var id) ? id : await ExchangeNames.FindId(session.Node, word, cancellationToken);

    private static Table TableOf(IEnumerable<Run> runs, DateTimeOffset now)
    {
        var table = new Table(
            new("STARTED", Right: true),
            new("TRIGGER", Rank: 1),
            new("STATE"),
            new("TOOK", Right: true),
            new("TRIES", Right: true, Rank: 2),
            new("MARKETS", Right: true),
            new("TICKERS", Right: true, Rank: 3),
            new("RUN", Rank: 4),
            new("ERROR", Flexible: true));
        foreach (var run in runs)
        {
            table.Add(
                Format.Relative(run.Started, now),
                run.Trigger,
                Cell.State(run.State),
                run.IsRunning ? $"{Format.Duration(now - run.Started)} so far" : Format.Elapsed(run.DurationMs),
                Format.Count(run.Attempts),
                Format.Count(run.Markets),
                Format.Count(run.Tickers),
                run.RunId,
                run.Error is { } error ? $"{error.Kind}: {error.Message}" : null);
        }

        return table;
    }
}
