using System.CommandLine;
using System.Text.Json.Nodes;
using MarketManager.Cli.Http;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Exchanges;

/// <summary><c>marketmanager exchanges set</c></summary>
internal static class SetCommand
{
    private const string InOptions = "options.";

    public static Command Build(CommandFactory factory)
    {
        var name = factory.ExchangeArgument();
        var assignments = new Argument<string[]>("field=value")
        {
            Description = "Fields to change: interval=30 name=Main url=null options.markets.quotes='[\"USDT\"]'; null restores the default",
            HelpName = "field=value",
            Arity = ArgumentArity.OneOrMore,
        };
        assignments.CompletionSources.Add(ExchangeFields.OfClient.Where(field => field != "venue").Select(field => field + "=").ToArray());

        return factory.Create("set", "Change fields of an exchange", async (session, cancellationToken) =>
        {
            var words = session.Get(assignments).Select(Assignments.Parse).ToList();
            Check(words.Select(word => word.Path));
            var id = await ExchangeNames.FindId(session.Node, session.Get(name), cancellationToken);
            return await Patch(session, id, current => Body(words, current), cancellationToken);
        }, name, assignments);
    }

    /// <summary>Changes an exchange on top of what it is now, and says so.</summary>
    public static async Task<int> Patch(
        CliSession session, long id, Func<NodeAnswer, JsonObject> body, CancellationToken cancellationToken)
    {
        var current = await session.Node.Get($"api/exchanges/{id}/", cancellationToken);
        var request = new NodeRequest(HttpMethod.Patch, $"api/exchanges/{id}/") { Body = body(current), IfMatch = current.ETag };
        var changed = (await session.Node.Send(request, cancellationToken)).Json;
        var (before, after) = (WireJson.Read<Exchange>(current.Json), WireJson.Read<Exchange>(changed));
        session.Say(before.Updated == after.Updated ? $"exchange '{after.Name}' is as it was" : $"changed exchange '{after.Name}'");
        session.Show(changed, _ => { });

        return ExitCode.Done;
    }

    // Options are replaced whole by a PATCH: single ones are put into those that are there.
    private static JsonObject Body(IEnumerable<(string Path, JsonNode? Value)> words, NodeAnswer current)
    {
        var body = new JsonObject();
        foreach (var (path, value) in words)
        {
            if (path.StartsWith(InOptions, StringComparison.Ordinal))
            {
                body["options"] ??= JsonNode.Parse(current.Json.GetProperty("options").GetRawText());
                Assignments.Put((JsonObject)body["options"]!, path[InOptions.Length..], value?.DeepClone());
            }
            else
            {
                body[path] = path is "name" && value is not null ? value.ToString() : value?.DeepClone();
            }
        }

        return body;
    }

    private static void Check(IEnumerable<string> paths)
    {
        var problems = paths
            .Select(path => path.StartsWith(InOptions, StringComparison.Ordinal) ? null
                : path == "venue" ? "venue: cannot be changed; remove the exchange and add another"
                : ExchangeFields.WhyNot(path))
            .OfType<string>()
            .ToList();
        if (problems.Count > 0)
        {
            throw new CliException(ExitCode.Usage, problems[0], problems[1..]);
        }
    }
}
