using System.Collections.Concurrent;

namespace MarketManager.Simulator.Limits;

/// <summary>What was asked for since the start or the last reset, so that a test can say "asked once".</summary>
internal sealed class RequestCounter
{
    private readonly ConcurrentDictionary<string, long> _requests = new(StringComparer.Ordinal);
    private long _weight;

    /// <summary>Counts a request. Only paths of the venue come here, so there are never more of them than routes.</summary>
    public void Add(string path, int weight)
    {
        _requests.AddOrUpdate(path, 1, (_, count) => count + 1);
        Interlocked.Add(ref _weight, weight);
    }

    /// <summary>Starts counting from zero.</summary>
    public void Reset()
    {
        _requests.Clear();
        Interlocked.Exchange(ref _weight, 0);
    }

    /// <summary>The counts by path, of all, and the weight of all.</summary>
    public RequestCounts Read()
    {
        var paths = new SortedDictionary<string, long>(_requests, StringComparer.Ordinal);
        return new RequestCounts(paths, paths.Values.Sum(), Interlocked.Read(ref _weight));
    }
}

/// <summary>Requests since the start or the last reset, refused and faulted ones included.</summary>
internal sealed record RequestCounts(IReadOnlyDictionary<string, long> Paths, long Requests, long Weight);
