using System.Globalization;
using MarketManager.Chaos.Tests.Load;
using MarketManager.EndToEnd.Tests.Nodes;
using MarketManager.TestKit.Postgres;
using Npgsql;

namespace MarketManager.Chaos.Tests.Rig;

/// <summary>What a cluster is made of.</summary>
internal sealed record RigOptions
{
    /// <summary>PostgreSQL's place among those that have clocks; nodes count from 1.</summary>
    public const int OfStore = 0;

    public int Nodes { get; init; } = 3;

    /// <summary>Of what happens on links by chance.</summary>
    public int Seed { get; init; }

    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the venue takes to answer.</summary>
    public TimeSpan VenueLatency { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Whose clocks can be set: numbers of nodes, and <see cref="OfStore"/>.</summary>
    public IReadOnlyCollection<int> Clocks { get; init; } = [];

    /// <summary>Whether PostgreSQL has a standby, which the nodes know of.</summary>
    public bool HasStandby { get; init; }
}

/// <summary>A cluster of real processes: PostgreSQL, a simulated venue, nodes, and links between them that can be harmed.</summary>
internal sealed class ClusterRig : IAsyncDisposable
{
    /// <summary>What the primary calls its standby.</summary>
    public const string StandbyName = "standby";

    /// <summary>What nodes log when a promoted server lacks what they acknowledged.</summary>
    public const string Alarm = "Acknowledged changes are lost";

    private const string Secret = "a secret of the cluster";
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    private readonly Simulator _simulator;

    private ClusterRig(
        RigOptions options, string folder, PostgresServer server, PostgresServer? standby, string database, SettableClock? storeClock, Simulator simulator)
    {
        (Options, Folder, Server, Standby, Database, StoreClock, _simulator) = (options, folder, server, standby, database, storeClock, simulator);
        Nodes = [.. Enumerable.Range(1, options.Nodes).Select(NewNode)];
    }

    public RigOptions Options { get; }

    /// <summary>Logs and data of the nodes.</summary>
    public string Folder { get; }

    /// <summary>The primary.</summary>
    public PostgresServer Server { get; private set; }

    /// <summary>Null where there is none.</summary>
    public PostgresServer? Standby { get; private set; }

    public string Database { get; }

    public IReadOnlyList<ChaosNode> Nodes { get; }

    /// <summary>What clients did to this cluster, those of faults included.</summary>
    public ClientLog Log { get; } = new();

    /// <summary>PostgreSQL's; null where it has the machine's.</summary>
    public SettableClock? StoreClock { get; }

    /// <summary>Whether the folder, with the logs, is left there in the end.</summary>
    public bool KeepsFolder { get; set; }

    /// <summary>Starts everything, and waits until the cluster has settled.</summary>
    public static async Task<ClusterRig> Start(RigOptions options)
    {
        var clock = options.Clocks.Contains(RigOptions.OfStore) ? Clocks.New() : null;
        var server = await PostgresServer.StartWith(clock is null ? null : Clocks.Variables(clock));
        var database = await server.NewDatabase();
        var standby = options.HasStandby ? await server.Standby(StandbyName) : null;
        var simulator = await Simulator.Start(options.VenueLatency);
        var rig = new ClusterRig(options, Directory.CreateTempSubdirectory("mm-chaos-").FullName, server, standby, database, clock, simulator);
        try
        {
            await Task.WhenAll(rig.Nodes.Select(node => node.Start()));
            await rig.Settle(TimeSpan.FromSeconds(60));
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until all nodes are members and ready, and each shard has an owner, evenly.</summary>
    /// <returns>How long that took.</returns>
    /// <exception cref="TimeoutException">It did not within <paramref name="patience"/>; says what was missing.</exception>
    public async Task<TimeSpan> Settle(TimeSpan patience)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (await Unsettled() is { } why)
        {
            if (TimeProvider.System.GetElapsedTime(began) > patience)
            {
                throw new TimeoutException($"the cluster has not settled within {patience.TotalSeconds:0} s: {why}");
            }

            await Task.Delay(Glance, TimeProvider.System);
        }

        return TimeProvider.System.GetElapsedTime(began);
    }

    /// <summary>The primary crashes, and the standby takes its place. What was the primary is the standby then, and not running.</summary>
    public async Task FailOver()
    {
        await Server.Stop("immediate");
        await Standby!.Promote();
        (Server, Standby) = (Standby, Server);
    }

    /// <summary>As <see cref="FailOver"/>, for nodes that know one address: it leads to the promoted server, and the old one is gone.</summary>
    public async Task FailOverForGood()
    {
        await FailOver();
        foreach (var node in Nodes)
        {
            node.ToStore.Target = Server.Port;
            node.ToStore.Cut();
        }

        await Standby!.DisposeAsync();
        Standby = null;
    }

    /// <summary>Gives the primary a standby, which the nodes do not know of.</summary>
    public async Task AddStandby() => Standby = await Server.Standby(StandbyName);

    /// <summary>The lines of all logs that say something.</summary>
    public IReadOnlyList<string> Logged(string what) =>
        [.. Nodes.SelectMany(node => node.Logged(what))];

    /// <summary>Asks PostgreSQL, past all links.</summary>
    public Task<T> Ask<T>(string sql) => Server.Ask<T>(Database, sql);

    /// <summary>Commits wait from now on for a standby, which need not be there, or wait for none.</summary>
    /// <param name="name">Null: none.</param>
    public async Task WaitForStandby(string? name)
    {
        await Server.Execute("postgres", $"ALTER SYSTEM SET synchronous_standby_names = {(name is null ? "DEFAULT" : $"'ANY 1 ({name})'")}");
        await Server.Execute("postgres", "SELECT pg_reload_conf()");
    }

    /// <summary>The names of nodes that others declared dead, with the reasons.</summary>
    public Task<string> Condemned() =>
        Ask<string>("SELECT coalesce(string_agg(name || ' ' || reason, ', ' ORDER BY ended), '') FROM mm.node WHERE NOT alive AND reason <> 'left'");

    /// <summary>How often nodes have recovered exchanges so far, by their logs.</summary>
    public int Recoveries() => Nodes.Sum(node => File.ReadLines(node.LogFile).Count(line => line.Contains("] recovered ", StringComparison.Ordinal)));

    /// <summary>How often shards have changed hands so far.</summary>
    public Task<decimal> Epochs() => Ask<decimal>("SELECT sum(epoch) FROM mm.shard");

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        await _simulator.DisposeAsync();
        await Server.DisposeAsync();
        await (Standby?.DisposeAsync() ?? default);
        StoreClock?.Dispose();
        if (!KeepsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private async Task<string?> Unsettled()
    {
        foreach (var node in Nodes)
        {
            if (!await node.IsReady())
            {
                return $"{node.Name} is not ready";
            }
        }

        try
        {
            var shares = await Ask<string>(
                """
                SELECT coalesce(string_agg(concat_ws(' ', n.name, s.shards), ', ' ORDER BY n.name), 'nobody')
                FROM (SELECT owner, count(*) AS shards FROM mm.shard WHERE role = 'gather' GROUP BY owner) s
                FULL JOIN (SELECT * FROM mm.node WHERE alive) n ON n.inc = s.owner
                """);
            var fair = string.Join(", ", Nodes.Select(node => string.Create(CultureInfo.InvariantCulture, $"{node.Name} {120 / Nodes.Count}")));
            return shares == fair ? null : $"shards are shared as {shares}";
        }
        catch (NpgsqlException e)
        {
            return e.Message;
        }
    }

    private ChaosNode NewNode(int number)
    {
        var toStore = new Link(Options.Seed + number, () => []) { Target = Server.Port };
        toStore.Open();
        var toMe = new Link(Options.Seed - number, () => Nodes.Where(node => node.Lives).Select(node => node.Pid));
        var hosts = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{toStore.Port}")
            + (Standby is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $",127.0.0.1:{Standby.Port};Target Session Attributes=primary"));
        return new ChaosNode(
            $"chaos{number}",
            Folder,
            Options.Clocks.Contains(number) ? Clocks.New() : null,
            toStore,
            toMe,
            "--postgres", $"Host={hosts};Username={PostgresServer.User};Database={Database};SSL Mode=Disable",
            "--cluster-secret", Secret,
            "--lease", Options.Lease.TotalSeconds.ToString("0", CultureInfo.InvariantCulture),
            "--sim-url", _simulator.Address.GetLeftPart(UriPartial.Authority),
            "--workers", "1",
            "--roles", "api,gather,trade"); // none forgets history, which the checker reads
    }
}
