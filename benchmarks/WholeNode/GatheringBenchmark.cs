using System.Globalization;

namespace MarketManager.Benchmarks.WholeNode;

/// <summary>All markets of a venue of 3,000, from the start of a run until it is saved, against ccxt alone without saving.</summary>
internal static class GatheringBenchmark
{
    private const int Markets = 3000;
    private const int Rounds = 5;
    private const int WarmEach = 5;

    // Longer than ccxt's own rate limiter would hold the next request back, and than a step of the simulator's prices.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1.5);

    public static async Task Run(Report report)
    {
        await using var simulator = await SimulatorProcess.Start(Markets);
        List<Pass> cold = [], warm = [];
        for (var round = 0; round <= Rounds; round++)
        {
            using var folder = new TempFolder();
            await using var node = await NodeProcess.Start(folder, "--sim-url", simulator.Url);
            await using var ccxt = ChildProcess.Start("node", Repository.Path("benchmarks/peers/ccxt-plain.mjs"), simulator.Url);
            var exchange = await node.Post("/api/exchanges/", """{"name":"Sim","enabled":false}""");
            var run = $"/api/exchanges/{exchange.GetProperty("id")}/run/?wait=60";

            var first = await Both(node, run, ccxt, "cold", round % 2 == 0);
            if (round == 0)
            {
                continue; // the simulator's own first answers
            }

            cold.Add(first);
            for (var i = 0; i < WarmEach; i++)
            {
                warm.Add(await Both(node, run, ccxt, "warm", i % 2 == 0));
            }
        }

        Tell(report, "cold", cold);
        Tell(report, "warm", warm);
    }

    private static async Task<Pass> Both(NodeProcess node, string run, ChildProcess ccxt, string how, bool nodeFirst)
    {
        var (ours, theirs) = (default(Pass), 0d);
        for (var turn = 0; turn < 2; turn++)
        {
            await Task.Delay(Pause, TimeProvider.System);
            if (turn == 0 == nodeFirst)
            {
                ours = await Gather(node, run);
            }
            else
            {
                theirs = double.Parse(await ccxt.Ask(how), CultureInfo.InvariantCulture);
            }
        }

        return ours with { Ccxt = theirs };
    }

    private static async Task<Pass> Gather(NodeProcess node, string path)
    {
        var began = TimeProvider.System.GetTimestamp();
        var run = await node.Post(path);
        var wall = TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
        return run.GetProperty("tickers").GetInt32() == Markets
            ? new Pass(run.GetProperty("duration_ms").GetDouble(), wall, 0)
            : throw new InvalidOperationException($"the run failed: {run}");
    }

    private static void Tell(Report report, string how, List<Pass> passes)
    {
        var ccxt = Measure.Median(passes.Select(p => p.Ccxt));
        report.AtMostTimes($"{how}, start of the run to saved; peer: ccxt in Node", Measure.Median(passes.Select(p => p.Run)), ccxt, 1.25, "ms");
        report.Value($"{how}, as the caller of POST run/?wait= sees it", Measure.Median(passes.Select(p => p.Wall)), "ms");
    }

    private readonly record struct Pass(double Run, double Wall, double Ccxt);
}
