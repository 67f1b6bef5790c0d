
namespace MarketManager.Cluster.Tests.Members;

/// <summary>Nodes that come, go, freeze, and lose their store, from a seed; in the end all is as it should be.</summary>
public class ClusterWeatherTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>More with MM_CLUSTER_SEEDS=first-last.</summary>
    public static TheoryData<int> Seeds
    {
        get
        {
            var range = (Environment.GetEnvironmentVariable("MM_CLUSTER_SEEDS") ?? "1-40").Split('-').Select(int.Parse).ToArray();
            return new(Enumerable.Range(range[0], range[1] - range[0] + 1));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void No_shard_is_ever_served_twice_and_all_are_served_in_the_end(int seed)
    {
        var cluster = new SimulatedCluster(seed);
        var random = new Random(seed);
        for (var name = 0; name < 3; name++)
        {
            cluster.Start($"n{name}");
        }

        var names = 3;
        HashSet<SimulatedNode> leaving = [];
        cluster.Tables.LossRate = 0.01 * random.Next(4);
        for (var faults = 0; faults < 15; faults++)
        {
            cluster.Advance(random.NextDouble() * 3 * Second);
            var running = cluster.Running.Except(leaving).ToList();
            var node = running.Count == 0 ? null : running[random.Next(running.Count)];
            switch (random.Next(12))
            {
                case 0:
                    cluster.Start($"n{names++}");
                    break;
                case 1 when running.Count > 1:
                    node!.Kill();
                    break;
                case 2 when running.Count > 1:
                    leaving.Add(node!);
                    _ = node!.Node.Leave();
                    break;
                case 3:
                    node?.Store.Freeze();
                    cluster.Advance(random.NextDouble() * 4 * Second);
                    node?.Store.Thaw();
                    break;
                case 4:
                    cluster.Tables.Restart();
                    break;
                case 5:
                    cluster.Tables.IsDown = true;
                    cluster.Advance(random.NextDouble() * 5 * Second);
                    cluster.Tables.IsDown = false;
                    break;
                case 6 when node is not null:
                    node.Store.IsCutOff = true;
                    cluster.Advance(random.NextDouble() * 3 * Second);
                    node.Store.IsCutOff = false;
                    break;
                case 7 when node is not null:
                    node.FailingOpens = random.Next(3);
                    break;
                case 8:
                    cluster.Tables.Promote();
                    break;
                case 10:
                    node?.Node.Drain();
                    break;
                case 11:
                    node?.Node.Resume();
                    break;
                case 9 when node is not null && running.Count > 1:
                    _ = node.Node.Move("gather", random.Next(120), running[random.Next(running.Count)].Me);
                    break;
            }
        }

        cluster.Tables.LossRate = 0;
        foreach (var node in cluster.Running.Except(leaving))
        {
            node.Node.Resume();
        }

        cluster.Until(() => leaving.All(node => !node.IsRunning), 11 * Second, "left by those that were asked to");
        cluster.Advance(3 * Second);
        cluster.UntilBalanced(15 * Second);
        var steady = cluster.Tables.History.Count;
        cluster.Advance(10 * Second);
        Assert.True(steady == cluster.Tables.History.Count, $"seed {seed}: shards go on moving: {cluster.Describe()}");
    }
}
