using System.Globalization;
using MarketManager.Chaos.Tests.Rig;

namespace MarketManager.Chaos.Tests.Load;

/// <summary>Clients at work on a cluster.</summary>
internal sealed class LoadOnCluster : IAsyncDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    private readonly ClusterRig _rig;
    private readonly ClientHttp _http;
    private readonly LoadClient[] _clients;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;

    public LoadOnCluster(ClusterRig rig, int seed, int clients = 4)
    {
        (_rig, _http) = (rig, new ClientHttp(rig.Nodes));
        _clients = [.. Enumerable.Range(1, clients).Select(number => new LoadClient(number, seed * 31 + number, _http, Log))];
        _work = Task.WhenAll(_clients.Select(client => Task.Run(() => client.Run(_stop.Token))));
    }

    public ClientLog Log => _rig.Log;

    /// <summary>Lets what is under way end, and asks nothing more.</summary>
    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _work;
    }

    /// <summary>Waits until each schedule that is on, and that its client leaves on, has begun another run.</summary>
    /// <returns>The exchanges that did not.</returns>
    public async Task<IReadOnlyList<long>> Standing(TimeSpan patience)
    {
        var began = Log.Now;
        var before = await Starts();
        List<long> waiting = [.. _clients.SelectMany(client => client.Enabled)];
        while (waiting.Count > 0 && Log.Now - began < patience)
        {
            await Task.Delay(Glance, TimeProvider.System);
            var now = await Starts();
            var enabled = _clients.SelectMany(client => client.Enabled).ToHashSet();
            waiting.RemoveAll(id => !enabled.Contains(id) || now.GetValueOrDefault(id) > before.GetValueOrDefault(id));
        }

        return waiting;
    }

    /// <summary>Switches all schedules off, and waits until no run goes on and none is owed.</summary>
    /// <returns>False where some still go on.</returns>
    public async Task<bool> Quiet(TimeSpan patience)
    {
        await Task.WhenAll(_clients.Select(client => client.Quiet()));
        var began = Log.Now;
        while (await Enabled() is { Length: > 0 } nobodys)
        {
            if (Log.Now - began > patience)
            {
                return false;
            }

            // Made, but their clients never learned it.
            await Task.WhenAll(nobodys.Select(id => _http.Ask(0, "PATCH", string.Create(CultureInfo.InvariantCulture, $"api/exchanges/{id}/"), new { enabled = false })));
            await Task.Delay(Glance, TimeProvider.System);
        }

        while (await Unended() > 0)
        {
            if (Log.Now - began > patience)
            {
                return false;
            }

            await Task.Delay(Glance, TimeProvider.System);
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _http.Dispose();
        _stop.Dispose();
    }

    private Task<long[]> Enabled() => _rig.Ask<long[]>("SELECT coalesce(array_agg(id), '{}') FROM mm.exchange WHERE enabled");

    // Going on, or crashed and not made up for.
    private Task<long> Unended() => _rig.Ask<long>(
        """
        SELECT count(*) FROM mm.run r WHERE state = 'running' OR (state = 'crashed' AND trigger <> 'recovery'
          AND EXISTS (SELECT 1 FROM mm.exchange e WHERE e.id = r.exchange) AND NOT EXISTS (SELECT 1 FROM mm.run o WHERE o.recovers = r.run_id))
        """);

    private async Task<Dictionary<long, long>> Starts()
    {
        var text = await _rig.Ask<string>(
            "SELECT coalesce(string_agg(exchange || ' ' || number, ','), '') FROM (SELECT exchange, max(number) AS number FROM mm.run GROUP BY 1) AS r");
        return text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split(' '))
            .ToDictionary(pair => long.Parse(pair[0], CultureInfo.InvariantCulture), pair => long.Parse(pair[1], CultureInfo.InvariantCulture));
    }
}
