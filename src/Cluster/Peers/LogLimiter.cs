namespace MarketManager.Cluster.Peers;

/// <summary>Lets the same complaint into the log once a minute per peer.</summary>
/// <remarks>Knows at most <see cref="MaxPeers"/>; with more, the list begins anew and some complain sooner.</remarks>
internal sealed class LogLimiter(TimeProvider time)
{
    private const int MaxPeers = 1000;
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _last = [];

    /// <summary>Whether a complaint about this peer may be logged now; if so, none may for a minute.</summary>
    public bool MayLog(string peer)
    {
        lock (_gate)
        {
            if (_last.TryGetValue(peer, out var last) && time.GetElapsedTime(last) < Silence)
            {
                return false;
            }

            if (_last.Count >= MaxPeers)
            {
                _last.Clear();
            }

            _last[peer] = time.GetTimestamp();
            return true;
        }
    }
}
