using MarketManager.Cluster.Shards;
using MarketManager.Kernel;

namespace MarketManager.Cluster.Members;

/// <summary>What others ask a node to do. From any thread; the loop does it.</summary>
public sealed partial class ClusterNode
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Role, int Shard), (Guid To, TaskCompletionSource<bool> Moved)> _moves = [];
    private readonly TaskCompletionSource _handedOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _leaveAsked;
    private volatile bool _farewellAsked;
    private volatile bool _drainAsked;
    private volatile bool _isIsolated;
    private volatile bool _isNeeded;
    private long _leaveAt;
    private int _unreleased;

    /// <summary>Whether it was asked to hand over and end, which nothing takes back.</summary>
    public bool IsEnding => _leaveAsked;

    /// <summary>Whether it was drained, and takes shards all the same, because no other node could; see <see cref="Drain"/>.</summary>
    public bool IsNeeded => _isNeeded;

    /// <summary>Whether it has handed over what it had because it reaches no other node.</summary>
    public bool IsIsolated => _isIsolated;

    private bool IsLeaving => _leaveAsked || _isIsolated || (_drainAsked && !_isNeeded);

    /// <summary>
    /// Hands over all shards and stays a member without any, until <see cref="Resume"/>. Views show how far it is. As long as no other
    /// node could take them, it takes them itself, whenever that comes to be: of several that are drained, the one that joined first.
    /// </summary>
    public void Drain()
    {
        _drainAsked = true;
        _wake.Call();
    }

    /// <summary>Takes its share again.</summary>
    public void Resume()
    {
        _drainAsked = false;
        _wake.Call();
    }

    /// <summary>Hands over all shards, because no other node can be reached from here; takes its share again when one can.</summary>
    public void SetIsolated(bool isIsolated)
    {
        _isIsolated = isIsolated;
        _wake.Call();
    }

    /// <summary>
    /// Hands over all shards, and stays a member without any until <see cref="Leave"/>: one that still knows who owns what, so that
    /// requests that were sent to it are passed on. Takes <see cref="ClusterOptions.LeaveWithin"/> at most.
    /// </summary>
    public Task HandOver()
    {
        if (!_leaveAsked)
        {
            Volatile.Write(ref _leaveAt, _time.GetTimestamp());
            _leaveAsked = true;
        }

        _wake.Call();
        return _handedOver.Task;
    }

    /// <summary>Hands over all shards, and ends. Takes <see cref="ClusterOptions.LeaveWithin"/> and a second at most.</summary>
    public Task Leave()
    {
        _farewellAsked = true;
        _ = HandOver();
        return _ended.Task;
    }

    /// <summary>Hands one shard over to a certain node. It stays there as long as nobody is short of shards.</summary>
    /// <returns>False where the shard is not this node's, or on its way to a third, or the other does not take shards of that role.</returns>
    public Task<bool> Move(string role, int shard, Guid to)
    {
        var moved = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (to == _views.Current.Me)
            {
                return Task.FromResult(false);
            }

            if (_moves.TryGetValue((role, shard), out var underWay))
            {
                return underWay.To == to ? underWay.Moved.Task : Task.FromResult(false);
            }

            _moves.Add((role, shard), (to, moved));
        }

        _wake.Call();
        return moved.Task;
    }

    /// <summary>Looks at once: something suggests that ownership has changed, such as a write that was refused.</summary>
    public void LookNow() => _wake.Call();

    /// <summary>The shards of a role that can start to move now; those that cannot at all are refused.</summary>
    private List<(Holding Holding, Guid To)> TakeMoves(string role, ClusterView view)
    {
        List<(Holding, Guid)> due = [];
        lock (_gate)
        {
            foreach (var ((ofRole, shard), (to, moved)) in _moves.ToList())
            {
                if (ofRole != role)
                {
                    continue;
                }

                var holding = _holdings.Find(role, shard);
                var isPossible = holding is { IsKept: true } || (holding is not null && holding.For == to);
                if (!isPossible || !FairShare.Eligible(view, role).Contains(to))
                {
                    _moves.Remove((role, shard));
                    moved.SetResult(false);
                }
                else if (holding is { State: HoldingState.Open })
                {
                    due.Add((holding, to));
                }
            }
        }

        return due;
    }

    private void Moved(Fence shard, bool isReleased)
    {
        lock (_gate)
        {
            if (_moves.Remove((shard.Role, shard.Shard), out var move))
            {
                move.Moved.SetResult(isReleased);
            }
        }
    }

    private void SeeWhetherNeeded(ClusterView view)
    {
        var isNeeded = _drainAsked && !_leaveAsked && FairShare.IsLastResort(view, _me, _roles);
        if (isNeeded == _isNeeded)
        {
            return;
        }

        _isNeeded = isNeeded;
        if (isNeeded)
        {
            ClusterLog.Needed(_logger);
        }
        else if (IsLeaving && !_leaveAsked)
        {
            ClusterLog.NotNeeded(_logger);
        }
    }

    /// <summary>Whether it was asked to leave, and has nothing left to hand over or no patience left.</summary>
    private bool HasNothingLeft =>
        _leaveAsked
        && ((_holdings.Count == 0 && _work is null && _isConnected)
            || _time.GetElapsedTime(Volatile.Read(ref _leaveAt)) >= _options.LeaveWithin);

    /// <summary>Ends membership; what was not handed over is free after that. Without a word, others notice it by themselves.</summary>
    private async Task SayFarewell(CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource();
        await using var limit = patience.CancelAllAfter(TimeSpan.FromMilliseconds(800), _time);
        try
        {
            await _store.Leave(patience.Token);
            ClusterLog.Left(_logger, _unreleased);
        }
        catch (Exception problem) when (problem is StoreException || (problem is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            ClusterLog.LeftSilently(_logger, problem.Message);
        }
    }
}
