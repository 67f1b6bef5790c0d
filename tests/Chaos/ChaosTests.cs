using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace MarketManager.Chaos.Tests;

/// <summary>Random faults of all kinds on a cluster of three nodes whose lease is a second.</summary>
/// <remarks>A seed that failed is tried again with <c>scripts/chaos --set short --faults 30 --seed S</c>, which does the same.</remarks>
public sealed class ChaosTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Whatever_befalls_a_cluster_nothing_is_lost_and_nothing_runs_twice()
    {
        var seed = Environment.GetEnvironmentVariable("CHAOS_SEED") is { } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Environment.TickCount & 0xFFFFFF;
        Console.Error.WriteLine($"chaos with seed {seed}");

        var result = await ChaosRun.Of(seed, 30, output.WriteLine, isShort: true);

        output.WriteLine(ChaosReport.Line(result));
        Assert.Empty(result.Violations);
        Assert.NotEqual(0, result.Runs);
    }
}
