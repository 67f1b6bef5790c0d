using MarketManager.Cluster.Shards;

namespace MarketManager.Cluster.Members;

/// <summary>Whether a node that joins has got ready for its part.</summary>
public sealed partial class ClusterNode
{
    private readonly TaskCompletionSource _recovered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long? _firstShare;
    private volatile bool _hasRecovered;

    /// <summary>
    /// Whether the shards that fell to this node when it joined are recovered, or none did. What it takes over later does not change
    /// that: it serves what it has meanwhile, as before. One that was declared dead begins anew.
    /// </summary>
    public bool HasRecovered => _hasRecovered;

    /// <summary>Completes when <see cref="HasRecovered"/> is so for the first time; fails where the node cannot become a member.</summary>
    public Task Recovered => _recovered.Task;

    /// <summary>
    /// The first share is what there is to claim at the first look, and what is this node's by then. What is handed to it after that
    /// is not waited for: others may go on handing over for seconds.
    /// </summary>
    private void SeeWhetherRecovered(ClusterView view)
    {
        if (_hasRecovered || _work is not null)
        {
            return;
        }

        var due = _roles.Sum(role => FairShare.ToClaim(_holdings.Foreseen(view, role), FairShare.Eligible(view, role), _me));
        var share = _firstShare ??= _holdings.Last + due;
        if ((due == 0 || _holdings.Last >= share) && !_holdings.IsOpening(share))
        {
            _hasRecovered = true;
            _recovered.TrySetResult();
        }
    }
}
