using System.CommandLine;
using MarketManager.Cli.Http;

namespace MarketManager.Cli.Apply;

/// <summary><c>marketmanager exchanges apply</c></summary>
internal static class ApplyCommand
{
    public static Command Build(CommandFactory factory)
    {
        var file = new Option<string>("--file", "-f")
        {
            Description = "The document, as 'exchanges export' writes it; - reads standard input",
            HelpName = "FILE",
            Required = true,
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show the plan and change nothing" };
        var prune = new Option<bool>("--prune") { Description = "Remove exchanges that the document does not name" };
        return factory.Create("apply", "Make the exchanges as a document says", async (session, cancellationToken) =>
        {
            var (text, source) = await Read(session, session.Get(file)!, cancellationToken);
            var desired = ApplyFile.Parse(text, source);
            var current = await Listing.ReadAll(session.Node, "api/exchanges/", cancellationToken);
            var venues = VenueDefaults.Of((await Listing.ReadAll(session.Node, "api/venues/", cancellationToken)).Items);
            var plan = ApplyPlan.Make(desired, current.Items, venues, session.Get(prune));
            if (plan.Problems.Count > 0)
            {
                throw new CliException(ExitCode.Usage, $"{source} cannot be applied; nothing was changed", plan.Problems);
            }

            session.Show(PlanText.ToJson(plan, session.Get(dryRun)), screen =>
            {
                foreach (var line in PlanText.Lines(plan))
                {
                    screen.Write(line);
                }
            });
            session.Say(PlanText.Summary(plan));
            if (!session.Get(dryRun) && !plan.IsEmpty)
            {
                await new ApplyRun(session, desired, venues).Carry(plan, cancellationToken);
                session.Say("applied");
            }

            return ExitCode.Done;
        }, file, dryRun, prune);
    }

    private static async Task<(string Text, string Source)> Read(CliSession session, string file, CancellationToken cancellationToken)
    {
        if (file == "-")
        {
            return (await session.Context.In.ReadToEndAsync(cancellationToken), "standard input");
        }

        try
        {
            return (await File.ReadAllTextAsync(file, cancellationToken), file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"{file} cannot be read: {failure.Message}");
        }
    }
}
