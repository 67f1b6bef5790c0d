using MarketManager.Chaos.Tests.Checking;
using MarketManager.Chaos.Tests.Load;
using MarketManager.Chaos.Tests.Rig;
using Xunit;
using Xunit.Abstractions;

namespace MarketManager.Chaos.Tests.Certain;

/// <summary>An upgrade: each node is asked to end and started again, one after the other, while clients work.</summary>
public sealed class RollingRestartTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Rolling_restart_fails_no_request_and_loses_no_run()
    {
        await using var rig = await ClusterRig.Start(new RigOptions { Lease = TimeSpan.FromSeconds(4) });
        await using var load = new LoadOnCluster(rig, seed: 1);
        foreach (var node in rig.Nodes)
        {
            var (code, took) = await node.Stop();
            output.WriteLine($"{node.Name} ended after {took.TotalSeconds:0.0} s");
            Assert.Equal(0, code);
            await node.Start();
            await rig.Settle(TimeSpan.FromSeconds(60));
        }

        await load.Stop();
        Assert.True(await load.Quiet(LoadClient.MaxRun + rig.Options.Lease), "a run goes on, or is owed");
        var history = await HistoryReader.Read(rig) with { Operations = load.Log.Operations, IsQuiet = true };
        Assert.Empty(Checker.Check(history));
        var failures = load.Log.Operations.OfType<Operation.Failure>().Select(failure => $"{failure.Began}: {failure.What}").ToList();
        failures.ForEach(output.WriteLine);
        Assert.Empty(failures);
        Assert.Empty(await rig.Condemned());
    }
}
