using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using MarketManager.Cli.Http;
using MarketManager.Cli.Output;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Cluster;

/// <summary><c>marketmanager cluster move</c></summary>
internal static class MoveCommand
{
    private const string DefaultRole = "gather";

    public static Command Build(CommandFactory factory)
    {
        var shard = new Argument<string>("shard") { Description = $"Number of a shard, such as 17 or {DefaultRole}/17", HelpName = "shard" };
        shard.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && Parse(token.Value) is null)
            {
                result.AddError($"<shard> is a number, such as 17 or {DefaultRole}/17, not '{token.Value}'");
            }
        });
        var node = factory.NodeArgument();
        return factory.Create("move", "Hand a shard over to another node; its runs may end first", async (session, cancellationToken) =>
        {
            var (role, number) = Parse(session.Get(shard))!.Value;
            var to = session.Get(node);
            var path = $"api/cluster/shards/{Uri.EscapeDataString(role)}/{number}/move/";
            var answer = await Progress.Await(session.Context, $"moving {role}/{number} to {to}", _ => Move(session, path, to, cancellationToken));
            var moved = WireJson.Read<Shard>(answer.Json);
            session.Say(answer.Status == HttpStatusCode.OK
                ? $"{moved} is with {moved.Owner} now, epoch {moved.Epoch}"
                : $"{moved} is still under way to {to}; 'cluster shards' shows how far it is");
            session.Show(answer.Json, _ => { });
            return ExitCode.Done;
        }, shard, node);
    }

    private static async Task<NodeAnswer> Move(CliSession session, string path, string to, CancellationToken cancellationToken)
    {
        try
        {
            return await session.Node.Send(NodeRequest.Post(path, new JsonObject { ["to"] = to }), cancellationToken);
        }
        catch (CliException e) when (e.ExitCode == ExitCode.Usage)
        {
            // To the API, a node that is not there is a wrong value in a body; to a shell it is something that was not found.
            throw new CliException(ExitCode.NotFound, e.Message, e.Details);
        }
    }

    private static (string Role, int Number)? Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var role = slash < 0 ? DefaultRole : text[..slash];
        return role.Length > 0 && int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (role, number)
            : null;
    }
}
