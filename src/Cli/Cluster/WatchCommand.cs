using System.CommandLine;

namespace MarketManager.Cli.Cluster;

/// <summary><c>marketmanager cluster watch</c>: looks every second until it is interrupted.</summary>
/// <remarks>On a terminal it draws the nodes anew each time; elsewhere, and as JSON, it writes one line for each change.</remarks>
internal static class WatchCommand
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    public static Command Build(CommandFactory factory) => factory.Create(
        "watch", "Show the nodes and what changes, every second, until Ctrl-C; as JSON one line a change", async (session, cancellationToken) =>
        {
            using IWatchView view = session.Json ? new JsonLines(session.Context)
                : session.Context.OutIsTerminal ? new LiveScreen(session.Context)
                : new PlainLines(session.Context);
            try
            {
                await Watch(session, view, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // That is how it ends.
            }

            return ExitCode.Done;
        });

    private static async Task Watch(CliSession session, IWatchView view, CancellationToken cancellationToken)
    {
        var seen = await ClusterSnapshot.Take(session, cancellationToken);
        view.Start(seen);
        using var timer = new PeriodicTimer(Every, session.Context.World.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                var now = await ClusterSnapshot.Take(session, cancellationToken);
                view.Show(now, [.. now.Since(seen)]);
                seen = now;
            }
            catch (CliException failure) when (failure.ExitCode is ExitCode.Unreachable or ExitCode.NotFound)
            {
                // A node that is asked may restart in the middle of what is worth watching.
                view.Lost(session.Now, failure.Message);
            }
        }
    }
}
