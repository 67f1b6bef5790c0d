using MarketManager.Benchmarks;
using MarketManager.Benchmarks.Cluster;
using MarketManager.Benchmarks.Faults;
using MarketManager.Benchmarks.Kernel;
using MarketManager.Benchmarks.Storage;
using MarketManager.Benchmarks.WholeNode;

// scripts/bench [NAME [PART...]] [--save]
(string Name, Func<Report, IReadOnlyCollection<string>, Task> Run)[] all =
[
    ("kernel", KernelBenchmarks.Run),
    ("storage", StorageBenchmarks.Run),
    ("cluster", ClusterBenchmarks.Run),
    ("cluster-faults", FaultBenchmarks.Run),
    ("gathering", static (report, _) => GatheringBenchmark.Run(report)),
    ("many", static (report, _) => ManyBenchmark.Run(report)),
    ("start", static (report, _) => StartBenchmark.Run(report)),
    ("api", static (report, _) => ApiBenchmark.Run(report)),
    ("markets", static (report, _) => MarketsBenchmark.Run(report)),
    ("demo", static (report, _) => DemoBenchmark.Run(report)),
];

if (args is ["bare", .. var peer])
{
    await BareEndpoint.Serve(peer);
    return 0;
}

if (args is ["echo"])
{
    await EchoNode.Serve();
    return 0;
}

var words = args.Where(arg => arg != "--save").ToArray();
var chosen = words.Length == 0 ? all : [.. all.Where(benchmark => benchmark.Name == words[0])];
if (chosen.Length == 0)
{
    await Console.Error.WriteLineAsync($"usage: scripts/bench [{string.Join('|', all.Select(b => b.Name))} [PART...]] [--save]");
    return 2;
}

foreach (var (name, run) in chosen)
{
    var report = new Report(name, Console.Out);
    await run(report, [.. words.Skip(1)]);
    Console.WriteLine();
    if (args.Contains("--save"))
    {
        report.Save(Repository.Path($"benchmarks/results/{name}.md"), string.Join(' ', ["scripts/bench", name, .. words.Skip(1)]));
    }
}

return 0;
