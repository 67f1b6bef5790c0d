using System.Globalization;
using System.Text.Json;
using Xunit;

namespace MarketManager.EndToEnd.Tests.Nodes;

/// <summary>Two nodes of one cluster, with a database of their own, and one simulated venue.</summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    private readonly RealCluster _cluster;
    private RunningSimulator? _venue;

    private TwoNodes(RealCluster cluster) => _cluster = cluster;

    public RunningSimulator Venue => _venue!;

    public RunningNode One => _cluster.Nodes["n1"];

    public RunningNode Other => _cluster.Nodes["n2"];

    public static async Task<TwoNodes> Start(params IEnumerable<string> simulator)
    {
        var made = new TwoNodes(await RealCluster.Make());
        try
        {
            made._venue = await RunningSimulator.Start(simulator);
            string[] options = ["--sim-url", made.Venue.Address.GetLeftPart(UriPartial.Authority)];
            await made._cluster.Add("n1", options);
            await made._cluster.Add("n2", options);

            // Each has its share of the shards, so that both ask.
            await made._cluster.Settled(2);
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>Creates exchanges on the simulator, each with a feed of its own.</summary>
    public Task Create(int count, int interval = 1, bool enabled = true) => Create(One, count, interval, enabled);

    /// <summary>The same, through a node.</summary>
    public static async Task Create(RunningNode node, int count, int interval = 1, bool enabled = true)
    {
        for (var i = 1; i <= count; i++)
        {
            var reply = await Reply.To(node.Http, "POST", "api/exchanges/", JsonSerializer.Serialize(new
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
        await _cluster.DisposeAsync();
        if (_venue is not null)
        {
            await _venue.DisposeAsync();
        }
    }
}
