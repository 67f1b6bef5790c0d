using MarketManager.Cluster.Members;
using MarketManager.Kernel;
using MarketManager.TestKit;
using MarketManager.TestKit.Cluster;

namespace MarketManager.Cluster.Tests.Members;

/// <summary>Several nodes on one manual clock and one seeded scheduler; watches all the time that no shard is served twice.</summary>
internal sealed class SimulatedCluster : IPeerProbe
{
    private readonly Dictionary<(string, int), long> _epochs = [];
    private readonly List<string> _complaints = [];
    private int _checked;

    public SimulatedCluster(int seed)
    {
        Seed = seed;
        Scheduler = new SeededScheduler(seed);
        World = TestWorld.Create(Time, seed);
        Tables = new FakeCluster(World, "gather");
    }

    public int Seed { get; }

    public ManualTime Time { get; } = new();

    public SeededScheduler Scheduler { get; }

    public World World { get; }

    public FakeCluster Tables { get; }

    public ClusterOptions Options { get; init; } =
        new() { Name = "", Address = new("http://nowhere"), Roles = [], Lease = TimeSpan.FromSeconds(2) };

    public List<SimulatedNode> Nodes { get; } = [];

    public HashSet<Uri> Dead { get; } = [];

    public IEnumerable<SimulatedNode> Running => Nodes.Where(node => node.IsRunning);

    public SimulatedNode Start(string name, int level = 1, IReadOnlyList<string>? roles = null)
    {
        var node = new SimulatedNode(this, name, level, roles);
        Dead.Remove(new Uri($"http://{name}:1"));
        Nodes.Add(node);
        node.Start();
        Scheduler.RunUntilIdle();
        return node;
    }

    public void Complain(string what) => _complaints.Add(what);

    public Task Pass(TimeSpan atMost, CancellationToken cancellationToken) =>
        Task.Delay(World.NextDuration(atMost), Time, cancellationToken);

    public async ValueTask<bool> Refuses(Uri address, CancellationToken cancellationToken)
    {
        await Pass(TimeSpan.FromMilliseconds(200), cancellationToken);
        return Dead.Contains(address);
    }

    /// <summary>Lets time pass, from timer to timer; looks at everything after each.</summary>
    public void Advance(TimeSpan span)
    {
        for (var left = span; left > TimeSpan.Zero;)
        {
            var next = Time.UntilNextTimer is { } timer && timer < left ? timer : left;
            Time.Advance(next);
            Scheduler.RunUntilIdle();
            left -= next;
            Check();
        }
    }

    /// <summary>Lets time pass until something is so; fails where it does not come about.</summary>
    /// <returns>How long it took.</returns>
    public TimeSpan Until(Func<bool> condition, TimeSpan atMost, string what)
    {
        var began = Time.GetTimestamp();
        Scheduler.RunUntilIdle();
        while (!condition())
        {
            if (Time.GetElapsedTime(began) >= atMost)
            {
                Assert.Fail($"seed {Seed}: not {what} within {atMost}: {Describe()}");
            }

            Advance(Time.UntilNextTimer is { } next && next > TimeSpan.Zero && next < TimeSpan.FromMilliseconds(10) ? next : TimeSpan.FromMilliseconds(10));
        }

        return Time.GetElapsedTime(began);
    }

    public TimeSpan UntilBalanced(TimeSpan atMost) => Until(() => IsBalanced, atMost, "balanced");

    /// <summary>All shards are open where the tables say, with that very right, and nobody has two more than another.</summary>
    public bool IsBalanced
    {
        get
        {
            var living = Running.Where(node => node.Node.Lease.Holds && node.Roles.Contains("gather")).ToList();
            var owners = Tables["gather"];
            return living.Count > 0
                && living.Count == Running.Count(node => node.Roles.Contains("gather"))
                && Enumerable.Range(0, owners.Count).All(no => living.Any(node =>
                    node.Me == owners[no].Owner && node.Open.TryGetValue(("gather", no), out var fence) && fence.Epoch == owners[no].Epoch))
                && living.Max(node => node.Open.Count) - living.Min(node => node.Open.Count) <= 1;
        }
    }

    public string Describe() => string.Join("; ", Nodes.Select(node =>
        $"{node.Name} {(node.IsRunning ? "runs" : "ended")} {(node.Node.Lease.Holds ? "holds" : "suspended")} open {node.Open.Count}"
        + $" owns {Tables["gather"].Count(shard => shard.Owner == node.Me)}"))
        + $"; free {Tables["gather"].Count(shard => shard.Owner is null)}; deaths {string.Join(",", Tables.Deaths)}";

    private void Check()
    {
        Assert.DoesNotContain(Nodes, node => node.Running.Exception?.InnerException is { } failure and not StoreException);
        Assert.True(_complaints.Count == 0, $"seed {Seed}: {string.Join(", ", _complaints)}");
        for (; _checked < Tables.History.Count; _checked++)
        {
            var (_, role, shard, owner) = Tables.History[_checked];
            if (_epochs.TryGetValue((role, shard), out var earlier) && owner.Epoch <= earlier)
            {
                Assert.Fail($"seed {Seed}: the epoch of {role}/{shard} went from {earlier} to {owner.Epoch}");
            }

            _epochs[(role, shard)] = owner.Epoch;
        }

        HashSet<(string, int)> served = [];
        foreach (var node in Nodes.Where(node => node.Node.Lease.Holds))
        {
            foreach (var shard in node.Open.Keys)
            {
                if (!served.Add(shard))
                {
                    Assert.Fail($"seed {Seed}: {shard} is served twice: {Describe()}");
                }
            }
        }
    }
}
