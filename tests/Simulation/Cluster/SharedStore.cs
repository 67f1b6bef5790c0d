using MarketManager.Actors.Tests.Harness;
using MarketManager.Cluster.Exchanges;
using MarketManager.Kernel;
using MarketManager.TestKit.Cluster;

namespace MarketManager.Simulation.Tests.Cluster;

/// <summary>The one store of all processes: membership, journal, rows. Its server can be away, restart, or be promoted.</summary>
internal sealed class SharedStore
{
    private readonly Universe _universe;
    private bool _isDown;

    public SharedStore(Universe universe)
    {
        _universe = universe;
        Cluster = new FakeCluster(universe.World, ExchangeShards.Role);
        Lanes = new Lanes(universe);
        Witness = new Witness(Cluster);
        Cluster.LockLanes = Lanes.Lock;
    }

    public FakeCluster Cluster { get; }

    public FakeStore Data { get; } = new();

    public Lanes Lanes { get; }

    public Witness Witness { get; }

    /// <summary>The server goes away, or comes back.</summary>
    public void SetDown(bool isDown)
    {
        _isDown = isDown;
        _universe.Outside.Post(() =>
        {
            // Turns come in any order: the last word counts.
            Cluster.IsDown = _isDown;
            if (_isDown)
            {
                Lanes.TerminateAll();
            }
        });
    }

    /// <summary>All sessions end at once.</summary>
    public void Restart(bool promote) => _universe.Outside.Post(() =>
    {
        if (promote)
        {
            Cluster.Promote();
        }
        else
        {
            Cluster.Restart();
        }

        // Last: whoever gets a lane now is already fenced by the new epochs.
        Lanes.TerminateAll();
    });

    /// <summary>The way of a message between a process and the store.</summary>
    /// <returns>False where it got lost.</returns>
    public async Task<bool> Travels(StoreLink link)
    {
        if (_universe.Weather.Pick(3) > 0)
        {
            await _universe.Delay(TimeSpan.FromMilliseconds(_universe.Weather.Strikes(0.03) ? 2000 : 4));
        }

        return link.IsOpen && !_universe.Weather.Strikes(0.01);
    }

    /// <summary>Reads for a process.</summary>
    public Task<T> Read<T>(StoreLink link, Func<ValueTask<T>> read) => _universe.Remote(async () =>
    {
        if (!await Travels(link))
        {
            throw Away();
        }

        var found = await read();
        return await Travels(link) ? found : throw Away();
    });

    public static StoreUnavailableException Away(bool outcomeUnknown = false) =>
        new("the store of the simulation does not answer", outcomeUnknown: outcomeUnknown);
}

/// <summary>What leads from a process to the store.</summary>
internal sealed class StoreLink(FakeCluster cluster)
{
    public FakeClusterStore Membership { get; } = cluster.Connection();

    /// <summary>Whether the process reaches the server.</summary>
    public bool IsOpen => !cluster.IsDown && !Membership.IsCutOff;
}
