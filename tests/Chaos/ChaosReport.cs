using System.Globalization;
using System.Text;

namespace MarketManager.Chaos.Tests;

/// <summary>What is said of clusters and what befell them.</summary>
internal static class ChaosReport
{
    /// <summary>One cluster in a line.</summary>
    public static string Line(ChaosResult result)
    {
        var settled = result.Faults.Select(fault => fault.Settled).DefaultIfEmpty().Max();
        var requests = string.Join(", ", result.Requests.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Value} {pair.Key}")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"seed {result.Seed}: {result.Faults.Count} faults in {result.Took.TotalMinutes:0.0} min, {result.Runs} runs that waited for {result.LongestWait.TotalSeconds:0.0} s at most and had outcomes within {result.LongestToOutcome.TotalSeconds:0.0} s, settled within {settled.TotalSeconds:0.0} s, {result.Violations.Count} violations{(result.Folder is null ? string.Empty : $" (logs: {result.Folder})")}; {requests}");
    }

    /// <summary>All clusters, by kind of fault.</summary>
    public static string Table(IReadOnlyList<ChaosResult> results)
    {
        var text = new StringBuilder("| fault | times | settled p50 s | settled max s |\n|---|---|---|---|\n");
        foreach (var kind in results.SelectMany(result => result.Faults).GroupBy(fault => fault.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal))
        {
            var settled = kind.Select(fault => fault.Settled.TotalSeconds).Order().ToList();
            text.Append(CultureInfo.InvariantCulture, $"| {kind.Key} | {settled.Count} | {settled[settled.Count / 2]:0.0} | {settled[^1]:0.0} |\n");
        }

        return text.Append(
            CultureInfo.InvariantCulture,
            $"\n{results.Sum(result => result.Faults.Count)} faults on {results.Count} clusters in {results.Sum(result => result.Took.TotalMinutes):0.0} min, seeds {results[0].Seed} to {results[^1].Seed}, {results.Sum(result => result.Runs)} runs, {results.Sum(result => result.Violations.Count)} violations").ToString();
    }
}
