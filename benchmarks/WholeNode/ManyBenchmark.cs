using System.Globalization;
using System.Text.Json;

namespace MarketManager.Benchmarks.WholeNode;

/// <summary>A hundred exchanges of 300 markets, all of them asked for every ten seconds.</summary>
internal static class ManyBenchmark
{
    private const int Exchanges = 100;
    private const int Markets = 300;
    private const int Interval = 10;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(60);

    public static async Task Run(Report report)
    {
        await using var simulator = await SimulatorProcess.Start(Markets);
        using var folder = new TempFolder();
        await using var node = await NodeProcess.Start(folder, "--sim-url", simulator.Url);
        for (var i = 1; i <= Exchanges; i++)
        {
            // The header makes each a feed of its own; they would share one otherwise.
            await node.Post("/api/exchanges/", $$"""
                { "name": "Many {{i}}", "venue": "sim", "interval": {{Interval}}, "options": { "ccxt": { "headers": { "X-Client": "{{i}}" } } } }
                """);
        }

        await node.Until("/api/exchanges/?limit=100", page => page.GetProperty("results").EnumerateArray().All(HasSucceeded));
        await Task.Delay(WarmUp, TimeProvider.System);
        var from = TimeProvider.System.GetUtcNow();
        var (cpu, began) = (node.Process.CpuSeconds, TimeProvider.System.GetTimestamp());
        await Task.Delay(Measured, TimeProvider.System);
        var cores = (node.Process.CpuSeconds - cpu) / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        var runs = await RunsSince(node, from);

        var lateness = runs.Select(run => (Time(run, "started") - Time(run, "due")).TotalMilliseconds).Order().ToArray();
        var planned = Exchanges * Measured.TotalSeconds / Interval;
        report.Below("node and workers", cores, 1, "cores");
        report.Value("start after it was due, median", lateness[lateness.Length / 2], "ms");
        report.Below("start after it was due, the latest", lateness[^1], 250, "ms");
        report.AtLeast("runs that succeeded, of those planned", runs.Count(run => State(run) == "succeeded") / planned * 100, 99, "%");
        report.Value("duration of a run, median", Measure.Median(runs.Where(run => State(run) == "succeeded").Select(run => run.GetProperty("duration_ms").GetDouble())), "ms");
    }

    private static bool HasSucceeded(JsonElement exchange) => exchange.GetProperty("last_update").ValueKind == JsonValueKind.String;

    private static async Task<List<JsonElement>> RunsSince(NodeProcess node, DateTimeOffset from)
    {
        var runs = new List<JsonElement>();
        foreach (var exchange in (await node.Get("/api/exchanges/?limit=100")).GetProperty("results").EnumerateArray())
        {
            var page = await node.Get($"/api/exchanges/{exchange.GetProperty("id")}/runs/?trigger=interval&from={from:yyyy-MM-ddTHH:mm:ss.fffZ}");
            runs.AddRange(page.GetProperty("results").EnumerateArray());
        }

        return runs;
    }

    private static string? State(JsonElement run) => run.GetProperty("state").GetString();

    private static DateTimeOffset Time(JsonElement run, string field) =>
        DateTimeOffset.Parse(run.GetProperty(field).GetString()!, CultureInfo.InvariantCulture);
}
