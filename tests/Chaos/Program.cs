using System.Globalization;
using MarketManager.Chaos.Tests;

// chaos [--faults N] [--seed S] [--minutes M] [--only KIND] [--set all|short]: random faults, fifty to a cluster, until all of
// them or the time are over. The short set is what scripts/test draws from.
const int PerCluster = 50;
var options = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair.Length == 2 ? pair[1] : throw new ArgumentException($"{pair[0]} needs a value"));
var faults = Number("--faults", PerCluster);
var seed = Number("--seed", Environment.TickCount & 0xFFFFFF);
var minutes = Number("--minutes", int.MaxValue);
var only = options.GetValueOrDefault("--only");
var isShort = options.GetValueOrDefault("--set") switch
{
    null or "all" => false,
    "short" => true,
    var other => throw new ArgumentException($"--set is all or short, not {other}"),
};
var began = TimeProvider.System.GetTimestamp();
List<ChaosResult> results = [];
for (var left = faults; left > 0 && TimeProvider.System.GetElapsedTime(began).TotalMinutes < minutes; left -= PerCluster)
{
    var result = await ChaosRun.Of(seed + results.Count, Math.Min(left, PerCluster), Console.Error.WriteLine, only, isShort);
    results.Add(result);
    Console.WriteLine(ChaosReport.Line(result));
    foreach (var violation in result.Violations)
    {
        Console.WriteLine($"  {violation}");
    }
}

Console.WriteLine();
Console.WriteLine(ChaosReport.Table(results));
return results.Any(result => result.Violations.Count > 0) ? 1 : 0;

int Number(string name, int otherwise) =>
    options.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
