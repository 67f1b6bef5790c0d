using System.CommandLine;
using System.Globalization;
using MarketManager.Actors.Text;
using MarketManager.Cli.Http;
using MarketManager.Cli.Output;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Cluster;

/// <summary><c>marketmanager cluster shards</c></summary>
internal static class ShardsCommand
{
    private static readonly string[] States = ["owned", "free", "moving"];

    public static Command Build(CommandFactory factory)
    {
        var owner = new Option<string?>("--owner") { Description = "Only those of this node", HelpName = "NODE" };
        owner.CompletionSources.Add(factory.CompleteNodes);
        var role = new Option<string?>("--role") { Description = "Only those of this role", HelpName = string.Join('|', NodesCommand.Roles) };
        role.Validators.Add(result => Choice.Check(result, "--role", NodesCommand.Roles));
        role.CompletionSources.Add(NodesCommand.Roles);
        var state = new Option<string?>("--state") { Description = "Only those that stand so", HelpName = string.Join('|', States) };
        state.Validators.Add(result => Choice.Check(result, "--state", States));
        state.CompletionSources.Add(States);
        var pages = new PageOptions(defaultLimit: 1000, defaultOrder: "role,shard");
        return factory.Create("shards", "Show who owns which shards", async (session, cancellationToken) =>
        {
            var query = new Query("api/cluster/shards/")
                .With("owner", session.Get(owner))
                .With("role", session.Get(role))
                .With("state", session.Get(state))
                .With("ordering", pages.Order(session));
            var listing = await pages.Read(session, query, cancellationToken);
            if (listing.Count == 0 && session.Get(owner) is { } name)
            {
                await CheckNode(session, name, cancellationToken);
            }

            session.Show(listing.ToJson(), screen =>
            {
                if (listing.Items.Count > 0)
                {
                    screen.Write(TableOf(listing.Items.Select(WireJson.Read<Shard>)));
                }

                PageOptions.SayWhatIsLeft(session, listing, "shard");
            });
            return ExitCode.Done;
        }, [owner, role, state, .. pages.Symbols]);
    }

    // A node that has none and one that is not there look the same in an empty list.
    private static async Task CheckNode(CliSession session, string name, CancellationToken cancellationToken)
    {
        var nodes = await Listing.ReadAll(session.Node, "api/cluster/nodes/", cancellationToken);
        List<string> names = [.. nodes.Items.Select(node => WireJson.Read<Member>(node).Name)];
        if (!names.Contains(name))
        {
            throw new CliException(ExitCode.NotFound, $"there is no node '{name}'{Nearest.HintOrAll(name, names, string.Empty)}");
        }
    }

    /// <summary>Shards under headings.</summary>
    public static Table TableOf(IEnumerable<Shard> shards)
    {
        var table = new Table(
            new("SHARD"), new("STATE"), new("OWNER"), new("EPOCH", Right: true), new("ACTORS", Right: true), new("WANTED"));
        foreach (var shard in shards)
        {
            table.Add(
                shard.ToString(),
                Cell.State(shard.State),
                shard.Owner,
                shard.Epoch.ToString(CultureInfo.InvariantCulture),
                Format.Count(shard.Actors),
                shard.Wanted);
        }

        return table;
    }
}
