using System.Globalization;
using Xunit;

namespace MarketManager.Simulation.Tests;

/// <summary>Many days, each from its seed. <c>SIMULATION_SEED=n</c> lives day n alone, <c>SIMULATION_DAYS=n</c> as many.</summary>
public sealed class DayTests
{
    private const int Days = 200;

    [Fact]
    public void Whatever_happens_nothing_is_lost_doubled_or_left_behind()
    {
        if (Number("SIMULATION_SEED") is { } seed)
        {
            new Day(seed).Live();
            return;
        }

        var failures = new List<Exception>();
        var lives = 0;
        for (seed = 1; seed <= (Number("SIMULATION_DAYS") ?? Days) && failures.Count < 3; seed++)
        {
            var day = new Day(seed);
            try
            {
                day.Live();
                lives += day.Lives;
            }
            catch (Exception e)
            {
                failures.Add(new InvalidOperationException($"day {seed} (replay it with SIMULATION_SEED={seed}): {e.Message}", e));
            }
        }

        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
        Assert.True(lives > seed, "no process died: the simulation has no teeth");
    }

    [Fact]
    public void Same_seed_gives_the_same_day()
    {
        Assert.Equal(Story(7), Story(7));
        Assert.NotEqual(Story(7), Story(8));
    }

    private static List<string> Story(int seed)
    {
        var day = new Day(seed);
        day.Live();
        return
        [
            .. from commit in day.Store.Journal.Commits
               from e in commit.Events
               select $"{commit.Actor} {commit.FirstSequence} {e.Kind} {e.At:O}",
        ];
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;
}
