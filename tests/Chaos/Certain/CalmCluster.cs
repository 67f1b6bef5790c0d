using System.Globalization;
using System.Text.Json;
using MarketManager.Chaos.Tests.Checking;
using MarketManager.Chaos.Tests.Load;
using MarketManager.Chaos.Tests.Rig;
using Xunit;

namespace MarketManager.Chaos.Tests.Certain;

/// <summary>A settled cluster with exchanges, of which one runs every second, and what tests ask of it.</summary>
public class CalmCluster : IAsyncLifetime, IAsyncDisposable
{
    private const int Exchanges = 30;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private ClientHttp? _http;
    private int _mark;

    internal ClusterRig Rig { get; private set; } = null!;

    internal ClientHttp Http => _http!;

    internal IReadOnlyList<long> Ids { get; private set; } = [];

    /// <summary>A lease that a busy machine can keep: these tests are about what must not be taken for a death.</summary>
    internal virtual RigOptions Options => new() { Lease = TimeSpan.FromSeconds(4) };

    public async Task InitializeAsync()
    {
        Rig = await ClusterRig.Start(Options);
        _http = new ClientHttp(Rig.Nodes);
        Ids = await Create(Exchanges);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _http?.Dispose();
        if (Rig is not null)
        {
            await Rig.DisposeAsync();
        }
    }

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    /// <summary>Makes exchanges whose schedules are off, but that of the first.</summary>
    internal async Task<IReadOnlyList<long>> Create(int count)
    {
        List<long> ids = [];
        for (var i = 0; i < count; i++)
        {
            var told = await Http.Ask(i, "POST", "api/exchanges/", new { name = $"calm {i}", venue = "sim", enabled = i == 0, interval = 1 });
            Assert.True(told.Status == 201, told.ToString());
            ids.Add(told.Json.GetProperty("id").GetInt64());
        }

        return ids;
    }

    internal static string Path(long exchange) => string.Create(CultureInfo.InvariantCulture, $"api/exchanges/{exchange}/");

    /// <summary>Changes an exchange through a node, until that is acknowledged.</summary>
    /// <returns>How long that took from <paramref name="began"/>.</returns>
    internal async Task<TimeSpan> Change(long exchange, int node, long began)
    {
        while (true)
        {
            var told = await Http.Ask(node, "PATCH", Path(exchange), new { url = Marks.Url(Interlocked.Increment(ref _mark)) });
            if (told.Fate is Fate.Acknowledged)
            {
                return TimeProvider.System.GetElapsedTime(began);
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"exchange {exchange} cannot be changed: {told}");
        }
    }

    /// <summary>Through each node something can be changed, and the schedule goes on.</summary>
    internal async Task AssertGoesOn()
    {
        await Rig.Settle(Patience);
        for (var node = 0; node < Rig.Nodes.Count; node++)
        {
            await Change(Ids[node + 1], node, TimeProvider.System.GetTimestamp());
        }

        var before = await Starts();
        await Wait.Until("the schedule goes on", async () => await Starts() > before);
    }

    /// <summary>Does something, after which all is owned as before: nobody was declared dead, no shard has moved, nothing was recovered.</summary>
    internal async Task AssertNothingMoves(Func<Task> what)
    {
        await Rig.Settle(Patience);
        var (epochs, condemned, recoveries) = (await Rig.Epochs(), await Rig.Condemned(), Rig.Recoveries());
        await what();
        await AssertGoesOn();
        Assert.Equal((condemned, epochs, recoveries), (await Rig.Condemned(), await Rig.Epochs(), Rig.Recoveries()));
    }

    /// <summary>The exchanges that a node carries.</summary>
    internal async Task<IReadOnlyList<long>> CarriedBy(ChaosNode node)
    {
        List<long> carried = [];
        foreach (var id in Ids)
        {
            JsonElement exchange = (await Http.Ask(0, "GET", Path(id))).Json;
            if (exchange.GetProperty("status").GetProperty("node").GetString() == node.Name)
            {
                carried.Add(id);
            }
        }

        return carried;
    }

    private Task<long> Starts() => Rig.Ask<long>("SELECT count(*) FROM mm.run");
}
