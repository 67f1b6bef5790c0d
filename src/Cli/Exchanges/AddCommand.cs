using System.CommandLine;
using System.Text.Json.Nodes;
using MarketManager.Cli.Http;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Exchanges;

/// <summary><c>marketmanager exchanges add</c></summary>
internal static class AddCommand
{
    public static Command Build(CommandFactory factory)
    {
        var name = new Argument<string>("name") { Description = "What to call it" };
        var venue = new Option<string?>("--venue") { Description = "The venue's id [default: the name in lower case]", HelpName = "ID" };
        var interval = new Option<long?>("--interval") { Description = "Seconds between run starts [default: 60]", HelpName = "SECONDS" };
        var disabled = new Option<bool>("--disabled") { Description = "With its timer off" };
        var options = new Option<string?>("--options") { Description = "Options as a JSON object, or @file", HelpName = "JSON" };
        var option = new Option<string[]>("--option")
        {
            Description = "One option, such as markets.quotes='[\"USDT\"]'; may be repeated",
            HelpName = "KEY=VALUE",
        };
        var wait = new Option<bool>("--wait") { Description = "Wait for the first run to end" };

        return factory.Create("add", "Manage another exchange", async (session, cancellationToken) =>
        {
            if (session.Get(wait) && session.Get(disabled))
            {
                throw new CliException(ExitCode.Usage, "--wait would wait forever for the first run of a disabled exchange");
            }

            var body = new JsonObject { ["name"] = session.Get(name) };
            Put(body, "venue", session.Get(venue));
            Put(body, "interval", session.Get(interval) is { } seconds ? JsonValue.Create(seconds) : null);
            Put(body, "enabled", session.Get(disabled) ? JsonValue.Create(false) : null);
            Put(body, "options", Options(session.Get(options), session.Get(option) ?? []));

            var created = (await session.Node.Send(NodeRequest.Post("api/exchanges/", body), cancellationToken)).Json;
            var exchange = WireJson.Read<Exchange>(created);
            session.Say($"added exchange '{exchange.Name}' (id {exchange.Id}, venue {exchange.Venue}, every {exchange.Interval} s)");
            if (session.Get(wait))
            {
                return await RunWaiting.ForFirst(session, exchange, cancellationToken);
            }

            session.Show(created, _ => { });
            return ExitCode.Done;
        }, name, venue, interval, disabled, options, option, wait);
    }

    private static void Put(JsonObject body, string field, JsonNode? value)
    {
        if (value is not null)
        {
            body[field] = value;
        }
    }

    private static JsonObject? Options(string? whole, string[] single)
    {
        if (whole is null && single.Length == 0)
        {
            return null;
        }

        var options = whole is null ? [] : Assignments.ParseObject(whole, "--options");
        foreach (var word in single)
        {
            var (path, value) = Assignments.Parse(word);
            Assignments.Put(options, path, value);
        }

        return options;
    }
}
