using System.CommandLine;
using System.Text.Json.Nodes;
using MarketManager.Cli.Http;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Exchanges;

/// <summary><c>marketmanager exchanges enable</c> and <c>disable</c></summary>
internal static class SwitchCommands
{
    public static Command Enable(CommandFactory factory) => Build(factory, "enable", "Switch its timer on", enabled: true);

    public static Command Disable(CommandFactory factory) =>
        Build(factory, "disable", "Switch its timer off; a run in flight goes on to its end", enabled: false);

    private static Command Build(CommandFactory factory, string verb, string description, bool enabled)
    {
        var name = factory.ExchangeArgument();
        return factory.Create(verb, description, async (session, cancellationToken) =>
        {
            var exchange = WireJson.Read<Exchange>(await ExchangeNames.Find(session.Node, session.Get(name), cancellationToken));
            var request = new NodeRequest(HttpMethod.Patch, $"api/exchanges/{exchange.Id}/")
            {
                Body = new JsonObject { ["enabled"] = enabled },
            };
            var changed = (await session.Node.Send(request, cancellationToken)).Json;
            session.Say(exchange.Enabled == enabled
                ? $"exchange '{exchange.Name}' was {verb}d already"
                : $"exchange '{exchange.Name}' is {verb}d");
            session.Show(changed, _ => { });

            return ExitCode.Done;
        }, name);
    }
}
