using MarketManager.Chaos.Tests.Checking;
using MarketManager.Chaos.Tests.Faults;
using MarketManager.Chaos.Tests.Load;
using MarketManager.Chaos.Tests.Rig;

namespace MarketManager.Chaos.Tests;

/// <summary>What befell one cluster, and what came of it.</summary>
/// <param name="Seed">Repeats the same faults, as far as real time lets it.</param>
/// <param name="Faults">Each, and how long the cluster took to settle after it.</param>
/// <param name="Requests">How many requests clients made, by fate.</param>
/// <param name="Runs">How many runs there were.</param>
/// <param name="LongestWait">How long a run that was due had to wait, at most.</param>
/// <param name="LongestToOutcome">How long it took from when a run was due to its outcome, at most.</param>
/// <param name="Took">From the start of the cluster's first process to the checker's word.</param>
/// <param name="Violations">What did not hold.</param>
/// <param name="Folder">Logs; null where there is nothing to look for.</param>
internal sealed record ChaosResult(
    int Seed,
    IReadOnlyList<(string Kind, TimeSpan Settled)> Faults,
    IReadOnlyDictionary<string, int> Requests,
    int Runs,
    TimeSpan LongestWait,
    TimeSpan LongestToOutcome,
    TimeSpan Took,
    IReadOnlyList<Violation> Violations,
    string? Folder);

/// <summary>One cluster under load, faults from a seed, and the checker in the end.</summary>
internal static class ChaosRun
{
    /// <summary>A node of a machine whose processors are busy takes that long to start; the faults themselves pass in seconds.</summary>
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan StandingPatience = TimeSpan.FromSeconds(40);

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<Fault> Catalogue { get; } = [.. NodeFaults.All, .. StoreFaults.All, .. LinkFaults.All];

    /// <param name="seed">Of everything.</param>
    /// <param name="faults">How many.</param>
    /// <param name="tell">Told each fault.</param>
    /// <param name="only">Kinds to draw from; null: all.</param>
    /// <param name="isShort">Whether those that take long are left out.</param>
    public static async Task<ChaosResult> Of(int seed, int faults, Action<string> tell, string? only = null, bool isShort = false)
    {
        var random = new Random(seed);
        var options = new RigOptions { Seed = seed };
        options = options with { Clocks = ClocksOf(options, random, only) };
        var catalogue = Catalogue.Where(fault => fault.Befalls(options) && !(isShort && fault.IsLong)
            && (only is null || fault.Kind.Contains(only, StringComparison.Ordinal))).ToList();
        List<(string, TimeSpan)> struck = [];
        List<Violation> violations = [];
        var (began, timestamp) = (TimeProvider.System.GetUtcNow(), TimeProvider.System.GetTimestamp());
        await using var rig = await ClusterRig.Start(options);
        await using var sampler = new Sampler(rig);
        await using var load = new LoadOnCluster(rig, seed);
        await random.Pause(1, 2);
        for (var i = 0; i < faults && violations.Count == 0; i++)
        {
            var fault = random.Draw(catalogue);
            tell($"{load.Log.Now.TotalSeconds,6:0.0} s  {i + 1,3}/{faults}  {fault.Kind}");
            try
            {
                var chance = new Random(random.Next());
                await (fault.Prepare?.Invoke(rig, chance) ?? Task.CompletedTask);
                var from = TimeProvider.System.GetUtcNow();
                await fault.Strike(rig, chance);
                if (fault.TakesStore)
                {
                    sampler.Excuse(from);
                }

                struck.Add((fault.Kind, await rig.Settle(SettlePatience)));
            }
            catch (Exception e) when (e is TimeoutException or InvalidOperationException or OperationCanceledException)
            {
                violations.Add(new Violation("fault", $"{fault.Kind}: {e.Message}"));
            }

            await random.Pause(0, 1);
        }

        await load.Stop();
        var isQuiet = false;
        if (violations.Count == 0)
        {
            violations.AddRange((await load.Standing(StandingPatience)).Select(id => new Violation("stands-still", $"exchange {id} begins no run")));
            isQuiet = await load.Quiet(LongestRun(rig) + Sampler.Blur);
        }

        await sampler.Stop();
        var history = await HistoryReader.Read(rig) with
        {
            Shards = sampler.Shards,
            Running = sampler.Running,
            Operations = load.Log.Operations,
            IsQuiet = violations.Count == 0,
            LongestRun = LongestRun(rig) + Sampler.Blur,
            LongestWait = LongestRun(rig),
            Lived = new Span(began, TimeProvider.System.GetUtcNow()),
            Excused = sampler.Excused,
        };
        if (!isQuiet && violations.Count == 0)
        {
            violations.Add(new Violation("unquiet", "with all schedules off, runs went on, or were owed, for too long"));
        }

        violations.AddRange(Checker.Check(history));
        violations.AddRange(rig.Logged(ClusterRig.Alarm).Select(line => new Violation("false-alarm", line))); // nothing here loses anything
        rig.KeepsFolder = violations.Count > 0;
        return new ChaosResult(
            seed,
            struck,
            Requests(load.Log.Operations),
            history.Runs.Count,
            Longest(history, Awaited.Start),
            Longest(history, Awaited.Outcome),
            TimeProvider.System.GetElapsedTime(timestamp),
            violations,
            rig.KeepsFolder ? rig.Folder : null);
    }

    // One of those that have clocks, by the seed: what stands between it and the machine's costs time. All, where they are asked for.
    private static int[] ClocksOf(RigOptions options, Random random, string? only) =>
        only is null ? [random.Next(options.Nodes + 1)]
        : Catalogue.Any(fault => (fault.NeedsNodeClock || fault.NeedsStoreClock) && fault.Kind.Contains(only, StringComparison.Ordinal))
            ? [.. Enumerable.Range(RigOptions.OfStore, options.Nodes + 1)]
        : [];

    // What a run may take, and what the others need to notice that its node is gone.
    private static TimeSpan LongestRun(ClusterRig rig) => LoadClient.MaxRun + rig.Options.Lease + TimeSpan.FromSeconds(2);

    private static TimeSpan Longest(History history, Awaited what) =>
        Punctuality.Of(history).Where(waited => waited.What == what).Select(waited => waited.For).DefaultIfEmpty().Max();

    private static Dictionary<string, int> Requests(IReadOnlyList<Operation> operations) => operations
        .GroupBy(operation => operation switch
        {
            Operation.Creation x => $"{x.Fate} creation",
            Operation.Change x => $"{x.Fate} change",
            Operation.Deletion x => $"{x.Fate} deletion",
            Operation.Demand x => $"{x.Fate} run",
            Operation.Reading => "reading",
            Operation.Repetition => "repetition",
            Operation.Failure => "first answer that was none",
            _ => "oddity",
        })
        .ToDictionary(group => group.Key, group => group.Count());
}
