using System.CommandLine;
using System.Text.Json;
using MarketManager.Cli.Http;
using MarketManager.Cli.Output;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Cluster;

/// <summary><c>marketmanager cluster drain</c> and <c>resume</c></summary>
internal static class DrainCommands
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(60);

    public static Command Drain(CommandFactory factory)
    {
        var node = factory.NodeArgument();
        var wait = new Option<bool>("--wait") { Description = $"Until it has handed over everything, {WaitLimit.TotalSeconds:0} s at most" };
        return factory.Create("drain", "Let a node hand over all it has; it stays a member, without any", async (session, cancellationToken) =>
        {
            var name = session.Get(node);
            var answer = (await session.Node.Send(Post(name, "drain"), cancellationToken)).Json;
            if (session.Get(wait))
            {
                answer = await Progress.Await(
                    session.Context, $"waiting for {name}", tell => UntilDrained(session, name, answer, tell, cancellationToken));
            }

            var member = WireJson.Read<Member>(answer);
            var isDrained = member.State == "drained";
            session.Say(isDrained
                ? $"{name} has handed over everything; 'cluster resume {name}' gives it its share again"
                : $"{name} hands over {Format.Plural(member.Shards, "shard")}; 'cluster nodes' shows how far it is");
            session.Show(answer, _ => { });
            return isDrained || !session.Get(wait) ? ExitCode.Done : ExitCode.Failed;
        }, node, wait);
    }

    public static Command Resume(CommandFactory factory)
    {
        var node = factory.NodeArgument();
        return factory.Create("resume", "Let a drained node take its share again", async (session, cancellationToken) =>
        {
            var name = session.Get(node);
            var answer = (await session.Node.Send(Post(name, "resume"), cancellationToken)).Json;
            session.Say($"{name} takes its share again");
            session.Show(answer, _ => { });
            return ExitCode.Done;
        }, node);
    }

    private static NodeRequest Post(string node, string verb) =>
        NodeRequest.Post($"api/cluster/nodes/{Uri.EscapeDataString(node)}/{verb}/");

    private static async Task<JsonElement> UntilDrained(
        CliSession session, string name, JsonElement last, Action<string> tell, CancellationToken cancellationToken)
    {
        var deadline = session.Now + WaitLimit;
        var query = new Query("api/cluster/nodes/").With("name", name);
        while (WireJson.Read<Member>(last) is { State: not "drained" } member && session.Now < deadline)
        {
            tell($"waiting for {name}: {Format.Plural(member.Shards, "shard")} left");
            await Task.Delay(BetweenLooks, session.Context.World.Time, cancellationToken);
            var found = await Listing.Read(session.Node, query, limit: 1, offset: 0, cancellationToken);
            last = found.Items is [var now, ..]
                ? now
                : throw new CliException(ExitCode.Failed, $"{name} is no member any more; what it had is taken over by others");
        }

        return last;
    }
}
