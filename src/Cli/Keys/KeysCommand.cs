using System.CommandLine;
using System.Text.Json;
using MarketManager.Cli.Output;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Keys;

/// <summary><c>marketmanager keys ...</c></summary>
internal static class KeysCommand
{
    private static readonly string[] Roles = ["viewer", "operator", "trader", "admin"];

    public static Command Build(CommandFactory factory) => new("keys", "Make and revoke API keys; works without a running node as well")
    {
        Add(factory),
        List(factory),
        Revoke(factory),
    };

    private static Command Add(CommandFactory factory)
    {
        var name = new Argument<string>("name") { Description = "Who or what it is for" };
        var role = new Option<string>("--role")
        {
            Description = "viewer reads; operator also runs, enables and disables; trader also handles orders; admin does all else",
            HelpName = string.Join('|', Roles),
            DefaultValueFactory = _ => "viewer",
        };
        role.Validators.Add(result => Choice.Check(result, "--role", Roles));
        role.CompletionSources.Add(Roles);
        return factory.Create("add", "Make a key; it is shown once", async (session, cancellationToken) =>
        {
            var made = await (await KeyRing.Of(session, cancellationToken)).Add(session.Get(name), session.Get(role)!, cancellationToken);
            var key = WireJson.Read<Key>(made);
            session.Say($"made key {key.Id} ('{key.Name}', {key.Role}); it is shown this once:");
            session.Show(made, screen => screen.Write(
                key.Secret ?? throw new CliException(ExitCode.Failed, "the node did not show the key")));
            return ExitCode.Done;
        }, name, role);
    }

    private static Command List(CommandFactory factory) => factory.Create(
        "list", "Show the keys there are, never the secrets", async (session, cancellationToken) =>
        {
            var keys = await (await KeyRing.Of(session, cancellationToken)).List(cancellationToken);
            session.Show(JsonSerializer.SerializeToElement(new { count = keys.Count, results = keys }), screen =>
            {
                if (keys.Count > 0)
                {
                    screen.Write(TableOf(keys.Select(WireJson.Read<Key>), session.Now));
                }
                else
                {
                    session.Say("no keys");
                }
            });
            return ExitCode.Done;
        });

    private static Command Revoke(CommandFactory factory)
    {
        var id = new Argument<string>("id") { Description = "The key's id, as 'keys list' shows it" };
        return factory.Create("revoke", "Make a key useless, at once and for good", async (session, cancellationToken) =>
        {
            await (await KeyRing.Of(session, cancellationToken)).Revoke(session.Get(id), cancellationToken);
            session.Say($"revoked key {session.Get(id)}");
            return ExitCode.Done;
        }, id);
    }

    private static Table TableOf(IEnumerable<Key> keys, DateTimeOffset now)
    {
        var table = new Table(new("ID"), new("NAME"), new("ROLE"), new("CREATED", Right: true), new("STATE"));
        foreach (var key in keys)
        {
            var state = key.Revoked is null
                ? new Cell("good", Tone.Good)
                : new Cell($"revoked {Format.Relative(key.Revoked, now)}", Tone.Faint);
            table.Add(key.Id, key.Name, key.Role, Format.Relative(key.Created, now), state);
        }

        return table;
    }
}
