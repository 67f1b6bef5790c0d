using System.Globalization;

namespace MarketManager.Benchmarks.WholeNode;

/// <summary>All markets of a venue of 3,000, from the start of a run until it is saved and the caller has its answer, against
/// ccxt alone in Node, which saves nothing: with the options that the workers give it, and without its rate limiter.</summary>
internal static class GatheringBenchmark
{
    private const int Markets = 3000;
    private const int Rounds = 5;
    private const int WarmEach = 4;

    // Longer than a step of the simulator's prices: everybody gets an answer that has to be made.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1.2);

    public static async Task Run(Report report)
    {
        await using var simulator = await SimulatorProcess.Start(Markets);
        List<Pass> cold = [], warm = [];
        for (var round = 0; round <= Rounds; round++)
        {
            using var folder = new TempFolder();
            await using var node = await NodeProcess.Start(folder, "--sim-url", simulator.Url);
            await using var ccxt = await StartCcxt(simulator, "on");
            await using var unlimited = await StartCcxt(simulator, "off");
            var exchange = await node.Post("/api/exchanges/", """{"name":"Sim","enabled":false}""");
            var run = $"/api/exchanges/{exchange.GetProperty("id")}/run/?wait=60";

            var first = await All("cold");
            if (round == 0)
            {
                continue; // the simulator's own first answers
            }

            cold.Add(first);
            for (var i = 0; i < WarmEach; i++)
            {
                warm.Add(await All("warm"));
            }

            async Task<Pass> All(string how) => new(
                await Paused(() => Gather(node, run)), await Paused(() => Ask(ccxt, how)), await Paused(() => Ask(unlimited, how)));
        }

        Tell(report, "cold", cold);
        Tell(report, "warm", warm);
    }

    private static async Task<ChildProcess> StartCcxt(SimulatorProcess simulator, string limiter)
    {
        var ccxt = ChildProcess.Start("node", Repository.Path("benchmarks/peers/ccxt-plain.mjs"), simulator.Url, limiter);
        await ccxt.ReadLine(); // it is loaded, and takes nothing from the pass of another
        return ccxt;
    }

    private static async Task<double> Paused(Func<Task<double>> pass)
    {
        await Task.Delay(Pause, TimeProvider.System);
        return await pass();
    }

    private static async Task<double> Gather(NodeProcess node, string path)
    {
        var began = TimeProvider.System.GetTimestamp();
        var run = await node.Post(path);
        return run.GetProperty("tickers") is { ValueKind: System.Text.Json.JsonValueKind.Number } tickers && tickers.GetInt32() == Markets
            ? TimeProvider.System.GetElapsedTime(began).TotalMilliseconds
            : throw new InvalidOperationException($"the run failed: {run}");
    }

    private static async Task<double> Ask(ChildProcess ccxt, string how) =>
        double.Parse(await ccxt.Ask(how), CultureInfo.InvariantCulture);

    private static void Tell(Report report, string how, List<Pass> passes)
    {
        var node = Measure.Median(passes.Select(p => p.Node));
        report.AtMostTimes($"{how}, start of the run to saved; peer: ccxt in Node", node, Measure.Median(passes.Select(p => p.Ccxt)), 1.25, "ms");
        report.Compared("  peer: without its rate limiter", node, Measure.Median(passes.Select(p => p.Unlimited)), "ms");
    }

    private readonly record struct Pass(double Node, double Ccxt, double Unlimited);
}
