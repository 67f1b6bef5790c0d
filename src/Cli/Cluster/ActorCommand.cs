using System.CommandLine;
using System.Globalization;
using MarketManager.Cli.Exchanges;
using MarketManager.Cli.Output;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Cluster;

/// <summary><c>marketmanager cluster actor</c></summary>
internal static class ActorCommand
{
    public static Command Build(CommandFactory factory)
    {
        var name = factory.ExchangeArgument();
        return factory.Create("actor", "Show where the actor of an exchange is and what it does", async (session, cancellationToken) =>
        {
            var exchange = WireJson.Read<Exchange>(await ExchangeNames.Find(session.Node, session.Get(name), cancellationToken));
            var answer = (await session.Node.Get($"api/cluster/actors/{exchange.Id}/", cancellationToken)).Json;
            session.Show(answer, screen => Write(screen, exchange, WireJson.Read<ActorLook>(answer), session.Now));
            return ExitCode.Done;
        }, name);
    }

    private static void Write(Screen screen, Exchange exchange, ActorLook actor, DateTimeOffset now)
    {
        screen.Write(Details(exchange, actor, now));
        if (actor.Messages.Count > 0)
        {
            screen.Write(string.Empty);
            screen.Write(Messages(actor));
        }

        if (actor.Children.Count > 0)
        {
            screen.Write(string.Empty);
            screen.Write(Children(actor, now));
        }
    }

    private static IEnumerable<(string, Cell)> Details(Exchange exchange, ActorLook actor, DateTimeOffset now)
    {
        yield return ("Exchange", $"{exchange.Name} (id {exchange.Id})");
        yield return ("State", Cell.State(actor.State) with { Text = StateText(actor) });
        yield return ("Node", actor.Node is null ? null : $"{actor.Node}, {actor.Address}");
        yield return ("Shard", $"{actor.Role}/{actor.Shard}, epoch {actor.Epoch}");
        yield return ("Path", actor.Path);
        yield return ("Last event", actor.Sequence?.ToString(CultureInfo.InvariantCulture));
        yield return ("Mailbox", actor.Mailbox is 0 ? "empty" : Format.Count(actor.Mailbox));
        yield return ("Restarts", Format.Count(actor.Restarts));
        yield return ("Last error", actor.LastError is null ? "none" : ErrorText(actor.LastError, now));
    }

    private static string StateText(ActorLook actor) => actor switch
    {
        { Broken: { } why } => $"{actor.State}: {why}",
        { State: "handling", Messages: [var current, ..] } => $"handling {current.Type}, {Age(current)} so far",
        { Node: null } => $"{actor.State}: no node owns its shard just now",
        _ => actor.State,
    };

    private static Table Messages(ActorLook actor)
    {
        var table = new Table(new("AGO", Right: true), new("LAST MESSAGES"));
        foreach (var message in actor.Messages)
        {
            table.Add(Age(message), message.Type);
        }

        return table;
    }

    private static Table Children(ActorLook actor, DateTimeOffset now)
    {
        var table = new Table(
            new("CHILD"), new("STATE"), new("MAILBOX", Right: true), new("RESTARTS", Right: true), new("LAST ERROR", Flexible: true));
        foreach (var child in actor.Children)
        {
            table.Add(
                child.Path[(child.Path.LastIndexOf('/') + 1)..],
                Cell.State(child.State),
                Format.Count(child.Mailbox),
                Format.Count(child.Restarts),
                child.LastError is null ? null : ErrorText(child.LastError, now));
        }

        return table;
    }

    private static string ErrorText(ActorError error, DateTimeOffset now) =>
        $"{error.Kind}, {Format.Relative(error.At, now)}: {error.Message}";

    private static string Age(ActorMessage message) => Format.Duration(TimeSpan.FromSeconds(message.AgeSeconds));
}
