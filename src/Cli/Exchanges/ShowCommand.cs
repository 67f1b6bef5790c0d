using System.CommandLine;
using System.Text.Json;
using MarketManager.Cli.Output;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Exchanges;

/// <summary><c>marketmanager exchanges show</c></summary>
internal static class ShowCommand
{
    public static Command Build(CommandFactory factory)
    {
        var name = factory.ExchangeArgument();
        return factory.Create("show", "Show one exchange in full", async (session, cancellationToken) =>
        {
            var exchange = await ExchangeNames.Find(session.Node, session.Get(name), cancellationToken);
            session.Show(exchange, screen => screen.Write(Details(WireJson.Read<Exchange>(exchange), session.Now)));
            return ExitCode.Done;
        }, name);
    }

    private static IEnumerable<(string, Cell)> Details(Exchange exchange, DateTimeOffset now)
    {
        var status = exchange.Status;
        yield return ("Name", exchange.Name);
        yield return ("Id, slug", $"{exchange.Id}, {exchange.Slug}");
        yield return ("Venue", exchange.Venue);
        yield return ("State", Cell.State(status.State) with { Text = StateText(status, now) });
        yield return ("Every", $"{Format.Interval(exchange.Interval)}{(exchange.Enabled ? string.Empty : " (the timer is off)")}");
        yield return ("Last success", Format.Instant(exchange.LastUpdate, now));
        yield return ("Last run", Format.Instant(status.LastRun, now));
        yield return ("Its id", status.LastRunId);
        yield return ("Next run", Format.Instant(status.NextRun, now));
        yield return ("24 h volume", exchange.Volume is null ? Format.None : $"{Format.Amount(exchange.Volume)} USD");
        yield return ("Top pair", exchange.TopPair is null
            ? Format.None
            : $"{exchange.TopPair}, {Format.Amount(exchange.TopPairVolume)} {exchange.TopPair.Split('-')[0]}");
        yield return ("Last error", status.LastError is null
            ? "none"
            : $"{status.LastError.Kind}, {Format.Relative(status.LastError.At, now)}: {status.LastError.Message}");
        yield return ("Options", exchange.Options.ValueKind == JsonValueKind.Object && exchange.Options.GetPropertyCount() > 0
            ? JsonText.Compact(exchange.Options)
            : "none");
        yield return ("Site", exchange.Url);
        yield return ("API", exchange.ApiUrl);
        yield return ("Credentials", exchange.HasCredentials ? "stored" : "none");
        yield return ("Node", status.Node);
        yield return ("Created", Format.Instant(exchange.Created, now));
        yield return ("Changed", Format.Instant(exchange.Updated, now));
    }

    private static string StateText(ExchangeStatus status, DateTimeOffset now) => status switch
    {
        { State: "running", TimeStarted: { } started } =>
            $"running, started {Format.Relative(started, now)}" + (status.Attempt > 1 ? $", attempt {status.Attempt}" : string.Empty),
        { ConsecutiveFailures: > 0 } => $"{status.State}; {Format.Plural(status.ConsecutiveFailures, "run")} in a row did not succeed",
        _ => status.State,
    };
}
