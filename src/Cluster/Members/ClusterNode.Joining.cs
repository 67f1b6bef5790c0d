using MarketManager.Kernel;

namespace MarketManager.Cluster.Members;

/// <summary>How a node becomes a member.</summary>
public sealed partial class ClusterNode
{
    /// <summary>Tries until it is a member. An earlier life of this node that nobody has noticed to be over is buried first.</summary>
    /// <returns>False where it was asked to leave meanwhile.</returns>
    private async Task<bool> Join(CancellationToken stopping)
    {
        var joining = new Joining(_me, _options.Name, _options.Address, _options.Roles, _options.Level, _options.Lanes, _options.Lease);
        var canWrite = false;
        NodeNameTakenException? taken = null;
        (Guid Node, long Beat)? earlier = null;
        while (!_leaveAsked)
        {
            stopping.ThrowIfCancellationRequested();
            var lives = false;
            try
            {
                if (!_isConnected)
                {
                    await Connect(stopping);
                }

                if (taken is not null)
                {
                    var seen = await Bury(stopping);
                    lives = earlier is { } before && seen is { } now && now.Node == before.Node && now.Beat != before.Beat;
                    earlier = seen;
                }

                // Before it is a member: others leave its share to it from then on, so that it must be able to take it.
                if (!canWrite)
                {
                    await _writer.Enter(_me, _options.Lanes, stopping);
                    canWrite = true;
                }

                if (earlier is null)
                {
                    var sent = _time.GetTimestamp();
                    await _store.Join(joining, stopping);
                    _beatSent = sent;
                    _lease.Renewed(sent);
                    _isSuspended = false;
                    ClusterLog.Joined(_logger, _options.Name, _me);
                    _joined.TrySetResult(_me);
                    return true;
                }
            }
            catch (NodeNameTakenException problem)
            {
                ClusterLog.NameTaken(_logger, problem.Name, problem.Address);
                taken = problem;
            }
            catch (StoreUnavailableException problem)
            {
                Suspend(problem.Message);
            }

            if (lives)
            {
                throw taken!;
            }

            await _wake.Wait(_isConnected ? _options.Tick : Pause());
        }

        return false;
    }

    /// <summary>Watches the life that has this node's name, and declares it dead where it is.</summary>
    /// <returns>Which one that is, and its counter; null: the name is free.</returns>
    private async Task<(Guid Node, long Beat)?> Bury(CancellationToken stopping)
    {
        var asked = _time.GetTimestamp();
        var sight = await _store.Look(stopping);
        _watch = MembershipDecisions.See(_watch, sight, _session, Monotonic(_time.GetTimestamp()), _options);
        if (sight.View.Members.FirstOrDefault(member => member.Name == _options.Name && member.Incarnation != _me) is not { Incarnation: var node })
        {
            return null;
        }

        foreach (var verdict in MembershipDecisions.Judge(_watch, _me, Monotonic(asked), static _ => false, node, _options))
        {
            if (verdict.Node == node && await _store.Condemn(node, verdict.Beat, verdict.Reason.ToString(), stopping))
            {
                ClusterMetrics.Condemned(verdict.Reason);
                ClusterLog.Condemned(_logger, _options.Name, node, verdict.Reason);
                return null;
            }
        }

        return (node, sight.Beats[node]);
    }
}
