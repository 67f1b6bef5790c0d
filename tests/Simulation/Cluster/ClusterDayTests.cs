using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace MarketManager.Simulation.Tests.Cluster;

/// <summary>
/// Many days of a cluster, each from its seed. <c>SIMULATION_CLUSTER_SEED=n</c> lives day n alone, <c>SIMULATION_CLUSTER_DAYS=n</c> as
/// many, from <c>SIMULATION_CLUSTER_FROM=n</c> on.
/// </summary>
public sealed class ClusterDayTests(ITestOutputHelper output)
{
    private const int Days = 300;

    [Fact]
    public async Task Whatever_happens_to_several_nodes_nothing_is_lost_doubled_or_left_behind()
    {
        if (Number("SIMULATION_CLUSTER_SEED") is { } seed)
        {
            new ClusterDay(seed).Live();
            return;
        }

        var days = Number("SIMULATION_CLUSTER_DAYS") ?? Days;
        var from = Number("SIMULATION_CLUSTER_FROM") ?? 1;
        var next = from - 1;
        var gate = new Lock();
        var failures = new SortedDictionary<int, string>();
        var tally = default(DayTally);
        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(LiveOn)));

        output.WriteLine($"{days} days, {failures.Count} failures, {tally}");
        Assert.True(failures.Count == 0, string.Join("\n\n", failures.Values));
        Assert.True(
            tally is { Lives: > 0, Deaths: > 0, Terminations: > 0, LateCommits: > 0, Reads: > 0 },
            $"the simulation has no teeth: {tally}");

        void LiveOn()
        {
            while (Interlocked.Increment(ref next) is var number && number < from + days && failures.Count < 5)
            {
                var day = new ClusterDay(number);
                try
                {
                    day.Live();
                    lock (gate)
                    {
                        tally += day.Tally;
                    }
                }
                catch (Exception e)
                {
                    lock (gate)
                    {
                        failures.Add(number, $"day {number} (replay it with SIMULATION_CLUSTER_SEED={number}): {e.Message}");
                    }
                }
            }
        }
    }

    [Fact]
    public void Same_seed_gives_the_same_day_of_a_cluster()
    {
        Assert.Equal(Story(7), Story(7));
        Assert.NotEqual(Story(7), Story(8));
    }

    private static List<string> Story(int seed)
    {
        var day = new ClusterDay(seed);
        day.Live();
        return
        [
            .. from commit in day.Store.Journal.Commits
               from e in commit.Events
               select $"{commit.Actor} {commit.FirstSequence} {e.Kind} {e.At:O} {commit.Fence}",
        ];
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;
}
