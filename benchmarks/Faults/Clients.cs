using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace MarketManager.Benchmarks.Faults;

/// <summary>Clients that change exchanges through one node, whoever owns them.</summary>
internal static class Clients
{
    private const int ShortestInterval = 3600;
    private const int Intervals = 600_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static int _changes;

    /// <summary>Changes all of them at once; a client that gets 503 tries again.</summary>
    /// <returns>When each was acknowledged, in seconds after <paramref name="since"/>, in rising order.</returns>
    public static async Task<double[]> Change(ClusterMember through, IEnumerable<long> exchanges, long since)
    {
        var times = await Task.WhenAll(exchanges.Select(async id =>
        {
            while (await Change(through, id) is var status && status != HttpStatusCode.OK)
            {
                if (status != HttpStatusCode.ServiceUnavailable)
                {
                    throw new UnreachableException($"a change of exchange {id} was answered with {status}");
                }

                await Task.Delay(Pause, TimeProvider.System);
            }

            return TimeProvider.System.GetElapsedTime(since).TotalSeconds;
        }));
        return [.. times.Order()];
    }

    /// <summary>Goes on changing one, a little after each answer, until it is cancelled.</summary>
    /// <param name="through">Which node is asked.</param>
    /// <param name="exchange">What is changed.</param>
    /// <param name="pause">Between an answer and the next request.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>The longest that a change took, in seconds, and how many were not made.</returns>
    public static async Task<(double Longest, int Failed)> KeepChanging(
        ClusterMember through, long exchange, TimeSpan pause, CancellationToken stop)
    {
        var (longest, failed) = (0d, 0);
        while (!stop.IsCancellationRequested)
        {
            var began = TimeProvider.System.GetTimestamp();
            failed += await Change(through, exchange) == HttpStatusCode.OK ? 0 : 1;
            longest = Math.Max(longest, TimeProvider.System.GetElapsedTime(began).TotalSeconds);
            await Task.Delay(pause, TimeProvider.System, CancellationToken.None);
        }

        return (longest, failed);
    }

    // Another interval each time: what changes nothing is not written.
    private static Task<HttpStatusCode> Change(ClusterMember through, long id) => through.Node.Patch(
        string.Create(CultureInfo.InvariantCulture, $"/api/exchanges/{id}/"),
        string.Create(
            CultureInfo.InvariantCulture, $$"""{ "interval": {{ShortestInterval + (Interlocked.Increment(ref _changes) % Intervals)}} }"""));
}
