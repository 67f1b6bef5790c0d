using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using MarketManager.TestKit.Postgres;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Nodes;

/// <summary>Two nodes of one cluster, with a database of their own, and one simulated venue.</summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    private readonly List<DataFolder> _folders = [];
    private readonly List<RunningNode> _nodes = [];
    private RunningSimulator? _venue;
    private string? _database;

    public RunningSimulator Venue => _venue!;

    public RunningNode One => _nodes[0];

    public RunningNode Other => _nodes[1];

    public static async Task<TwoNodes> Start(params IEnumerable<string> simulator)
    {
        var made = new TwoNodes();
        try
        {
            made._venue = await RunningSimulator.Start(simulator);
            var server = await PostgresServer.Shared();
            made._database = await server.NewDatabase();
            for (var i = 1; i <= 2; i++)
            {
                await made.Add(i, server.ConnectionString(made._database));
            }

            // Each has its share of the shards, so that both ask.
            await RunningNode.Until("both own shards", async () =>
                await server.Ask<long>(made._database, "SELECT count(DISTINCT owner) FROM mm.shard WHERE role = 'gather'") == 2
                && await server.Ask<long>(made._database, "SELECT count(*) FROM mm.shard WHERE role = 'gather' AND owner IS NULL") == 0);
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>Creates exchanges on the simulator, each with a feed of its own.</summary>
    public async Task Create(int count, int interval = 1, bool enabled = true)
    {
        for (var i = 1; i <= count; i++)
        {
            var reply = await Reply.To(One.Http, "POST", "api/exchanges/", JsonSerializer.Serialize(new
            {
                name = string.Create(CultureInfo.InvariantCulture, $"Sim {count} {i}"),
                venue = "sim",
                interval,
                enabled,
                options = new { markets = new { max_symbols = i } },
            }));
            Assert.True(reply.Code == 201, reply.Text);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        if (_venue is not null)
        {
            await _venue.DisposeAsync();
        }

        _folders.ForEach(folder => folder.Dispose());
        if (_database is not null)
        {
            await (await PostgresServer.Shared()).Drop(_database);
        }
    }

    private async Task Add(int number, string postgres)
    {
        var folder = new DataFolder();
        _folders.Add(folder);
        _nodes.Add(await RunningNode.Start(
            folder,
            "--urls", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}"),
            "--node", string.Create(CultureInfo.InvariantCulture, $"n{number}"),
            "--postgres", postgres,
            "--cluster-secret", "a secret of the tests",
            "--workers", "1",
            "--sim-url", Venue.Address.GetLeftPart(UriPartial.Authority)));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
