using System.Text.Json;

namespace MarketManager.Benchmarks.WholeNode;

/// <summary>What a newcomer waits for: from the command to the first prices, with everything built.</summary>
internal static class DemoBenchmark
{
    private const int Rounds = 3;

    public static async Task Run(Report report)
    {
        var seconds = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            using var folder = new TempFolder();
            await using var node = NodeProcess.Launch(Repository.Path("scripts/run"), ["--demo"], folder);
            seconds.Add((await node.Until("/api/markets/?limit=1&ordering=-volume_usd", HasPrices)).TotalSeconds);
        }

        report.Below("scripts/run --demo until there are prices", Measure.Median(seconds), 10, "s");
    }

    private static bool HasPrices(JsonElement page) =>
        page.GetProperty("results").EnumerateArray().Any(market => market.GetProperty("last").ValueKind == JsonValueKind.Number);
}
