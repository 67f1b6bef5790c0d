using System.CommandLine;
using System.Globalization;
using MarketManager.Cli.Http;
using MarketManager.Cli.Output;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Cluster;

/// <summary><c>marketmanager cluster nodes</c></summary>
internal static class NodesCommand
{
    internal static readonly string[] Roles = ["api", "gather", "trade", "store"];
    private static readonly string[] States = ["up", "leaving", "drained", "suspended", "unreachable"];

    public static Command Build(CommandFactory factory)
    {
        var role = new Option<string?>("--role") { Description = "Only those that do this", HelpName = string.Join('|', Roles) };
        role.Validators.Add(result => Choice.Check(result, "--role", Roles));
        role.CompletionSources.Add(Roles);
        var state = new Option<string?>("--state") { Description = "Only those that stand so", HelpName = string.Join('|', States) };
        state.Validators.Add(result => Choice.Check(result, "--state", States));
        state.CompletionSources.Add(States);
        return factory.Create("nodes", "Show the nodes that live", async (session, cancellationToken) =>
        {
            var query = new Query("api/cluster/nodes/").With("role", session.Get(role)).With("state", session.Get(state));
            var listing = await Listing.Read(session.Node, query, limit: null, offset: 0, cancellationToken);
            session.Show(listing.ToJson(), screen =>
            {
                if (listing.Items.Count > 0)
                {
                    screen.Write(TableOf(listing.Items.Select(WireJson.Read<Member>), session.Now));
                }

                PageOptions.SayWhatIsLeft(session, listing, "node");
            });
            return ExitCode.Done;
        }, role, state);
    }

    /// <summary>Nodes under headings.</summary>
    public static Table TableOf(IEnumerable<Member> nodes, DateTimeOffset now)
    {
        var table = new Table(
            new("NODE"),
            new("STATE"),
            new("SHARDS", Right: true),
            new("ACTORS", Right: true),
            new("LEASE", Right: true, Rank: 3),
            new("JOINED", Right: true, Rank: 1),
            new("ADDRESS", Rank: 2),
            new("ROLES", Rank: 4),
            new("ID", Rank: 5));
        foreach (var node in nodes)
        {
            table.Add(
                node.Name,
                Cell.State(node.State),
                Format.Count(node.Shards),
                Format.Count(node.Actors),
                Lease(node.LeaseSeconds),
                Format.Relative(node.Since, now),
                node.Address,
                string.Join(',', node.Roles),
                node.Id);
        }

        return table;
    }

    private static Cell Lease(double? seconds) => seconds switch
    {
        null => Format.None,
        0 => new Cell("lost", Tone.Bad),
        _ => seconds.Value.ToString("0.0", CultureInfo.InvariantCulture) + "s",
    };
}
