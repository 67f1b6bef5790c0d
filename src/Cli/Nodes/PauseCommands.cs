using System.CommandLine;
using MarketManager.Cli.Http;

namespace MarketManager.Cli.Nodes;

/// <summary><c>marketmanager pause</c> and <c>resume</c></summary>
internal static class PauseCommands
{
    public static Command Pause(CommandFactory factory) => Build(
        factory, "pause", "Stop the timers of all exchanges, also across restarts", "paused all exchanges; runs in flight go on to their end");

    public static Command Resume(CommandFactory factory) => Build(factory, "resume", "End a pause", "resumed all exchanges");

    private static Command Build(CommandFactory factory, string verb, string description, string done) =>
        factory.Create(verb, description, async (session, cancellationToken) =>
        {
            var answer = await session.Node.Send(NodeRequest.Post($"api/{verb}/"), cancellationToken);
            session.Say(done);
            if (answer.Body is { } body)
            {
                session.Show(body, _ => { });
            }

            return ExitCode.Done;
        });
}
