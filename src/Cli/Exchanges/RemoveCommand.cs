using System.CommandLine;
using MarketManager.Cli.Http;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Exchanges;

/// <summary><c>marketmanager exchanges remove</c></summary>
internal static class RemoveCommand
{
    public static Command Build(CommandFactory factory)
    {
        var name = factory.ExchangeArgument();
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask" };
        return factory.Create("remove", "Stop managing an exchange; its markets go, its run history stays", async (session, cancellationToken) =>
        {
            var exchange = WireJson.Read<Exchange>(await ExchangeNames.Find(session.Node, session.Get(name), cancellationToken));
            if (!session.Get(yes) && !session.Confirm(
                $"Remove exchange '{exchange.Name}' (id {exchange.Id}, venue {exchange.Venue}) and its markets?",
                $"removing '{exchange.Name}' needs --yes where nobody can be asked"))
            {
                session.Say("nothing was removed");
                return ExitCode.Failed;
            }

            await session.Node.Send(NodeRequest.Delete($"api/exchanges/{exchange.Id}/"), cancellationToken);
            session.Say($"removed exchange '{exchange.Name}'");
            return ExitCode.Done;
        }, name, yes);
    }
}
