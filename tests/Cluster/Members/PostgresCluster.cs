using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql;
using MarketManager.TestKit.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace MarketManager.Cluster.Tests.Members;

/// <summary>Nodes of one process with a database of their own.</summary>
internal sealed class PostgresCluster : IAsyncDisposable
{
    private readonly bool _ownsServer;

    private PostgresCluster(PostgresServer server, string database, bool ownsServer) =>
        (Server, Database, _ownsServer) = (server, database, ownsServer);

    public PostgresServer Server { get; }

    public string Database { get; }

    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(5);

    public List<PostgresNode> Nodes { get; } = [];

    /// <summary>Makes a database with the tables in it.</summary>
    /// <param name="lease">Null: as in production.</param>
    /// <param name="ownServer">For tests that do harm to it.</param>
    public static async Task<PostgresCluster> Create(TimeSpan? lease = null, bool ownServer = false)
    {
        var server = ownServer ? await PostgresServer.Start() : await PostgresServer.Shared();
        var database = await server.NewDatabase();
        var options = new PostgresOptions { ConnectionString = server.ConnectionString(database) };
        await using (await PostgresStore.Open(options, World.Real(), NullLoggerFactory.Instance))
        {
        }

        return new PostgresCluster(server, database, ownServer) { Lease = lease ?? TimeSpan.FromSeconds(5) };
    }

    public PostgresNode Add(string name, string secret = "the secret of all nodes")
    {
        var node = new PostgresNode(Server.ConnectionString(Database), name, Lease, secret);
        Nodes.Add(node);
        return node;
    }

    public async Task<PostgresNode[]> Start(params string[] names)
    {
        foreach (var name in names)
        {
            Add(name);
        }

        await UntilBalanced();
        return [.. Nodes];
    }

    /// <summary>Polls until something is so; fails where it does not come about.</summary>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> Until(Func<Task<bool>> condition, string what, int seconds = 20)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            var took = TimeProvider.System.GetElapsedTime(began);
            if (took > TimeSpan.FromSeconds(seconds))
            {
                Assert.Fail($"not {what} after {took}: {await Describe()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        return TimeProvider.System.GetElapsedTime(began);
    }

    public Task<TimeSpan> UntilBalanced(int seconds = 20) => Until(IsBalanced, "balanced", seconds);

    /// <summary>Who owns what, with which right.</summary>
    public async Task<List<(Guid? Owner, long Epoch)>> Owners()
    {
        await using var connection = new NpgsqlConnection(Server.ConnectionString(Database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var ask = new NpgsqlCommand("SELECT owner, epoch FROM mm.shard WHERE role = 'gather' ORDER BY no", connection);
        await using var rows = await ask.ExecuteReaderAsync();
        List<(Guid?, long)> owners = [];
        while (await rows.ReadAsync())
        {
            owners.Add((rows.IsDBNull(0) ? null : rows.GetGuid(0), rows.GetInt64(1)));
        }

        return owners;
    }

    /// <summary>What nodes died of; empty: none did.</summary>
    public Task<string> Deaths() => Server.Ask<string>(
        Database, "SELECT coalesce(string_agg(name || ' ' || reason, ', '), '') FROM mm.node WHERE NOT alive AND reason <> 'left'");

    public async Task EndSessionsOf(Guid node) => await Server.Execute(
        Database, $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mm {node}'");

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        if (_ownsServer)
        {
            await Server.DisposeAsync();
        }
        else
        {
            await Server.Drop(Database);
        }
    }

    private async Task<bool> IsBalanced()
    {
        var running = Nodes.Where(node => !node.Running.IsCompleted).ToList();
        var open = running.ToDictionary(node => node, node => node.Open);
        if (running.Any(node => !node.Node.Lease.Holds) || open.Values.Max(shards => shards.Count) - open.Values.Min(shards => shards.Count) > 1)
        {
            return false;
        }

        var owners = await Owners();
        return owners.Select((owner, no) => running.Any(node =>
            node.Me == owner.Owner && open[node].TryGetValue(("gather", no), out var fence) && fence.Epoch == owner.Epoch)).All(well => well);
    }

    private async Task<string> Describe()
    {
        var nodes = string.Join("; ", Nodes.Select(node =>
            $"{node.Name} {node.Running.Status} {(node.Node.Lease.Holds ? "holds" : "suspended")} open {node.Open.Count}"));
        try
        {
            return $"{nodes}; owned {string.Join(",", (await Owners()).GroupBy(owner => owner.Owner).Select(group => group.Count()))}";
        }
        catch (NpgsqlException problem)
        {
            return $"{nodes}; {problem.Message}";
        }
    }
}
