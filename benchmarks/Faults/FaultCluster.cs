using System.Globalization;
using MarketManager.Benchmarks.WholeNode;
using MarketManager.Kernel;
using MarketManager.TestKit.Postgres;

namespace MarketManager.Benchmarks.Faults;

/// <summary>A cluster of real processes with a database of its own: nodes, a simulated venue, exchanges.</summary>
internal sealed class FaultCluster : IAsyncDisposable
{
    /// <summary>How many exchanges there are where nothing else is said.</summary>
    public const int Exchanges = 1000;

    /// <summary>The default of a node, in seconds.</summary>
    public const double Lease = 5;

    private const int Creators = 16;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly PostgresServer _server;
    private readonly string _database;
    private readonly SimulatorProcess _simulator;
    private readonly List<ClusterMember> _nodes = [];
    private readonly List<long> _ids = [];

    private FaultCluster(PostgresServer server, string database, SimulatorProcess simulator) =>
        (_server, _database, _simulator) = (server, database, simulator);

    /// <summary>All that were started and not removed since, in that order.</summary>
    public IReadOnlyList<ClusterMember> Nodes => _nodes;

    /// <summary>The exchanges.</summary>
    public IReadOnlyList<long> Ids => _ids;

    /// <summary>How its nodes connect to PostgreSQL.</summary>
    public string ConnectionString => _server.ConnectionString(_database);

    /// <summary>Starts nodes that own the same number of shards each, and makes exchanges; each was changed once through each node.</summary>
    /// <param name="server">Where to make the database.</param>
    /// <param name="nodes">How many nodes.</param>
    /// <param name="exchanges">How many exchanges, switched off.</param>
    /// <param name="gathering">How many more gather every second, each for itself.</param>
    public static async Task<FaultCluster> Start(
        PostgresServer server, int nodes = 3, int exchanges = Exchanges, int gathering = 0)
    {
        var cluster = new FaultCluster(server, await server.NewDatabase(), await SimulatorProcess.Start(symbols: 20));
        try
        {
            await Task.WhenAll(Enumerable.Range(0, nodes).Select(_ => cluster.Add()));
            await cluster.IsBalanced();
            await cluster.Create(exchanges, i => $$"""{ "name": "Off {{i}}", "venue": "sim", "enabled": false }""");
            foreach (var node in cluster.Nodes)
            {
                await Clients.Change(node, cluster.Ids, TimeProvider.System.GetTimestamp());
            }

            // The header makes each a feed of its own; they would share one otherwise.
            await cluster.Create(gathering, i => $$"""
                { "name": "On {{i}}", "venue": "sim", "interval": 1, "options": { "ccxt": { "headers": { "X-Client": "{{i}}" } } } }
                """);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one more node and waits until it is ready.</summary>
    public async Task<ClusterMember> Add()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"n{_nodes.Count + 1}");
        var folder = new TempFolder();
        var member = new ClusterMember(
            name,
            NodeProcess.Launch(
                Repository.Program,
                [
                    "run", "--environment", "production", "--node", name, "--workers", "1", "--sim-url", _simulator.Url,
                    "--postgres", ConnectionString, "--cluster-secret", "a secret of the benchmark",
                    "--lease", Lease.ToString(CultureInfo.InvariantCulture),
                ],
                folder),
            folder);
        _nodes.Add(member);
        await member.Node.Until("/healthz/ready", _ => true);
        return member;
    }

    /// <summary>Which of the exchanges a node owns.</summary>
    public async Task<IReadOnlyList<long>> OwnedBy(ClusterMember member)
    {
        var shards = await Ask<int[]>(
            $"""
            SELECT coalesce(array_agg(s.no), ARRAY[]::int[]) FROM mm.shard s JOIN mm.node n ON n.inc = s.owner
            WHERE n.alive AND n.name = '{member.Name}' AND s.role = 'gather'
            """);
        return [.. _ids.Where(id => shards.Contains(Shard.Of(id)))];
    }

    /// <summary>Waits until all nodes are members and have the same number of shards.</summary>
    public async Task IsBalanced()
    {
        var share = (long)(Shard.Count / _nodes.Count);
        var began = TimeProvider.System.GetTimestamp();
        while (await Ask<long>(
            $"""
            SELECT count(*) FROM (
              SELECT 1 FROM mm.shard s JOIN mm.node n ON n.inc = s.owner WHERE n.alive AND s.role = 'gather'
              GROUP BY n.inc HAVING count(*) = {share}) AS fair
            """) != _nodes.Count)
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                throw new TimeoutException("the nodes do not share their shards evenly");
            }

            await Task.Delay(Glance, TimeProvider.System);
        }
    }

    /// <summary>Asks PostgreSQL.</summary>
    public Task<T> Ask<T>(string sql) => _server.Ask<T>(_database, sql);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
        await _simulator.DisposeAsync();
        await _server.Drop(_database);
    }

    private async Task Create(int count, Func<int, string> body)
    {
        var ids = new long[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Creators }, async (i, _) =>
        {
            var made = await _nodes[i % _nodes.Count].Node.Post("/api/exchanges/", body(i));
            ids[i] = made.GetProperty("id").GetInt64();
        });
        _ids.AddRange(ids);
    }
}

/// <summary>A node of the cluster, which may be dead by now.</summary>
internal sealed record ClusterMember(string Name, NodeProcess Node, TempFolder Folder) : IAsyncDisposable
{
    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Node.Process.Thaw();
        await Node.DisposeAsync();
        Folder.Dispose();
    }
}
