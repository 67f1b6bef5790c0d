using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using MarketManager.TestKit.Postgres;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Nodes;

/// <summary>Nodes of one cluster, with a database of their own.</summary>
internal sealed class RealCluster : IAsyncDisposable
{
    public const string Secret = "a secret of the tests";

    private readonly Dictionary<string, DataFolder> _folders = [];
    private readonly Dictionary<string, RunningNode> _nodes = [];

    private RealCluster(PostgresServer server, string database, TimeSpan lease) => (Server, Database, Lease) = (server, database, lease);

    public PostgresServer Server { get; }

    public string Database { get; }

    public TimeSpan Lease { get; }

    public string Postgres => Server.ConnectionString(Database);

    public IReadOnlyDictionary<string, RunningNode> Nodes => _nodes;

    /// <summary>A database for nodes that are still to come.</summary>
    /// <param name="lease">As long as a busy machine needs, unless a test waits for its end.</param>
    public static async Task<RealCluster> Make(TimeSpan? lease = null)
    {
        var server = await PostgresServer.Shared();
        return new RealCluster(server, await server.NewDatabase(), lease ?? TimeSpan.FromSeconds(5));
    }

    /// <summary>Starts a node and waits until it is ready.</summary>
    public async Task<RunningNode> Add(string name, params string[] options) =>
        _nodes[name] = await RunningNode.Start(FolderOf(name), Arguments(name, options));

    /// <summary>Starts a node that may never be ready.</summary>
    public async Task<RunningNode> AddUnready(string name, params string[] options) =>
        _nodes[name] = await RunningNode.Launch(FolderOf(name), new Dictionary<string, string>(), Arguments(name, options));

    /// <summary>Runs the program as a node that is to be refused.</summary>
    public Task<Outcome> Refused(string name, params string[] options) =>
        Invocation.Run(["run", "--data", FolderOf(name).Path, .. Arguments(name, options)]);

    /// <summary>The same with another secret than that of all nodes.</summary>
    public Task<Outcome> RefusedWith(string secret, string name) =>
        Invocation.Run(["run", "--data", FolderOf(name).Path, .. Arguments(name, []).Select(word => word == Secret ? secret : word)]);

    /// <summary>Runs <c>marketmanager cluster ...</c> beside a node.</summary>
    public Task<Outcome> Command(string node, params IEnumerable<string> words) =>
        Invocation.Run(["cluster", .. words, "--data", FolderOf(node).Path]);

    /// <summary>The same, as JSON; it has to succeed.</summary>
    public async Task<JsonElement> Json(string node, params IEnumerable<string> words)
    {
        var outcome = await Command(node, [.. words, "--output", "json"]);
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        return JsonDocument.Parse(outcome.Out).RootElement;
    }

    public DataFolder FolderOf(string node)
    {
        if (!_folders.TryGetValue(node, out var folder))
        {
            _folders[node] = folder = new DataFolder();
        }

        return folder;
    }

    /// <summary>Creates an exchange whose schedule is off.</summary>
    public static async Task<long> Create(RunningNode by, string name)
    {
        var reply = await Reply.To(by.Http, "POST", "api/exchanges/", JsonSerializer.Serialize(new { name, venue = "kraken", enabled = false }));
        Assert.True(reply.Code == 201, reply.Text);
        return reply.Json.GetProperty("id").GetInt64();
    }

    /// <summary>Waits until each of so many nodes has its share.</summary>
    public Task Settled(int nodes) => RunningNode.Until($"{nodes} nodes have their share", async () =>
        await Ask<string>(
            """
            SELECT coalesce(string_agg(has, ' ' ORDER BY has), '') FROM
              (SELECT count(*)::text || CASE WHEN owner IS NULL THEN ' free' ELSE '' END AS has FROM mm.shard WHERE role = 'gather' GROUP BY owner) s
            """) == string.Join(' ', Enumerable.Repeat((120 / nodes).ToString(CultureInfo.InvariantCulture), nodes)));

    public Task<T> Ask<T>(string sql) => Server.Ask<T>(Database, sql);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Values)
        {
            await node.DisposeAsync();
        }

        foreach (var folder in _folders.Values)
        {
            folder.Dispose();
        }

        await Server.Drop(Database);
    }

    private List<string> Arguments(string name, string[] options)
    {
        List<string> arguments =
        [
            "--node", name, "--postgres", Postgres, "--cluster-secret", Secret,
            "--lease", string.Create(CultureInfo.InvariantCulture, $"{Lease.TotalSeconds:0}"), "--workers", "1", .. options,
        ];
        if (!options.Contains("--urls"))
        {
            arguments.AddRange(["--urls", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}")]);
        }

        return arguments;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
