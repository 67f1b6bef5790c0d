using System.Text.Json;
using MarketManager.Cli.Http;
using MarketManager.Cli.Output;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Exchanges;

/// <summary>Waits for the end of a run, shows how it goes, and reports how it came out.</summary>
internal static class RunWaiting
{
    // Long enough to save requests, short enough that an attempt that fails is seen.
    private static readonly TimeSpan OneLook = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstRunLimit = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan UntilFirstStarts = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits for a run that is known.</summary>
    /// <returns>Done where it succeeded, else Failed, also where it goes on for longer than the limit.</returns>
    public static async Task<int> For(
        CliSession session, Exchange exchange, string runId, TimeSpan limit, CancellationToken cancellationToken)
    {
        var deadline = session.Now + limit;
        var answer = await Progress.Await(
            session.Context,
            $"waiting for the run of '{exchange.Name}'",
            tell => UntilEnded(session, exchange, runId, deadline, tell, cancellationToken));
        var run = WireJson.Read<Run>(answer);
        session.Show(answer, screen => screen.Write(Details(run)));
        if (run.IsRunning)
        {
            session.Say($"the run of '{exchange.Name}' goes on; it was not waited for any longer");
        }

        return run.Succeeded ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>Waits for the first run of a new exchange, which the node starts by itself within a second.</summary>
    public static async Task<int> ForFirst(CliSession session, Exchange exchange, CancellationToken cancellationToken)
    {
        var deadline = session.Now + UntilFirstStarts;
        while (true)
        {
            var runs = await Listing.Read(
                session.Node, new Query($"api/exchanges/{exchange.Id}/runs/"), limit: 1, offset: 0, cancellationToken);
            if (runs.Items is [var first])
            {
                return await For(session, exchange, WireJson.Read<Run>(first).RunId, FirstRunLimit, cancellationToken);
            }

            if (session.Now >= deadline)
            {
                throw new CliException(
                    ExitCode.Failed, $"no run of '{exchange.Name}' has started; is the node paused? (marketmanager status)");
            }

            await Task.Delay(BetweenLooks, session.Context.World.Time, cancellationToken);
        }
    }

    private static async Task<JsonElement> UntilEnded(
        CliSession session,
        Exchange exchange,
        string runId,
        DateTimeOffset deadline,
        Action<string> tell,
        CancellationToken cancellationToken)
    {
        var path = $"api/exchanges/{exchange.Id}/runs/{runId}/";
        while (true)
        {
            var left = deadline - session.Now;
            var wait = TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(left.TotalSeconds), 1, OneLook.TotalSeconds));
            var request = NodeRequest.Get($"{path}?wait={(int)wait.TotalSeconds}") with { Wait = wait };
            var answer = (await session.Node.Send(request, cancellationToken)).Json;
            var run = WireJson.Read<Run>(answer);
            if (!run.IsRunning || session.Now >= deadline)
            {
                return answer;
            }

            tell($"waiting for the run of '{exchange.Name}': {Format.Duration(session.Now - run.Started)}"
                + (run.Attempts > 1 ? $", attempt {run.Attempts}" : string.Empty));
        }
    }

    private static IEnumerable<(string, Cell)> Details(Run run)
    {
        yield return ("Run", run.RunId);
        yield return ("State", Cell.State(run.State));
        yield return ("Took", Format.Elapsed(run.DurationMs) + (run.Attempts > 1 ? $", {run.Attempts} attempts" : string.Empty));
        yield return ("Markets", Format.Count(run.Markets));
        yield return ("Tickers", Format.Count(run.Tickers));
        if (run.Error is { } error)
        {
            yield return ("Error", $"{error.Kind}: {error.Message}");
        }
    }
}
