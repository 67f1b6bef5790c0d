using MarketManager.Cluster.Shards;

namespace MarketManager.Cluster.Members;

/// <summary>What a node changes in the cluster: deaths, claims, releases. One change at a time, beside the loop.</summary>
public sealed partial class ClusterNode
{
    private static readonly TimeSpan RetryChangeAfter = TimeSpan.FromMilliseconds(100);

    private readonly HashSet<Guid> _refused = [];
    private readonly HashSet<Guid> _probing = [];
    private Task? _work;
    private Action? _workDone;
    private TimeSpan _noChangeBefore;
    private TimeSpan _noClaimBefore;

    /// <summary>Takes in what ended beside the loop. Before a look, so that the look is newer than all that is known.</summary>
    private void Collect()
    {
        if (_workDone is { } apply)
        {
            (_work, _workDone) = (null, null);
            apply();
        }

        if (!_holdings.Collect())
        {
            _noClaimBefore = Monotonic(_time.GetTimestamp()) + _options.ClaimPause;
            _firstShare = null;
        }
    }

    /// <summary>Knocks at the doors of those whose session is gone.</summary>
    private void Probe(ClusterView view)
    {
        HashSet<Guid> doubted = [.. MembershipDecisions.Doubted(_watch, _me)];
        _refused.IntersectWith(doubted);
        foreach (var node in doubted.Where(node => !_refused.Contains(node) && _probing.Add(node)))
        {
            _ = Knock(node, view.Find(node)!.Address);
        }
    }

    private async Task Knock(Guid node, Uri address)
    {
        try
        {
            if (await _probe.Refuses(address, _life.Token))
            {
                _refused.Add(node);
            }
        }
        catch (Exception)
        {
            // A probe that fails says nothing about the node.
        }
        finally
        {
            _probing.Remove(node);
        }

        if (_refused.Contains(node))
        {
            _wake.Call();
        }
    }

    /// <summary>Starts the next change, where one is due and none is under way.</summary>
    private void Change(ClusterView view, TimeSpan asked)
    {
        CloseWhatIsToGo(view);
        if (_work is null && Monotonic(_time.GetTimestamp()) >= _noChangeBefore && Next(view, asked) is { } change)
        {
            _work = Beside(change);
        }
    }

    private async Task Beside(Func<CancellationToken, Task<Action>> change)
    {
        Action done;
        try
        {
            done = await change(_life.Token);
        }
        catch (Exception problem)
        {
            // Whether it was made or not, the next look shows.
            done = () => _noChangeBefore = Monotonic(_time.GetTimestamp()) + RetryChangeAfter;
            if (!_life.IsCancellationRequested)
            {
                ClusterLog.ChangeFailed(_logger, problem.Message);
            }
        }

        _workDone = done;
        _wake.Call();
    }

    private Func<CancellationToken, Task<Action>>? Next(ClusterView view, TimeSpan asked)
    {
        foreach (var verdict in MembershipDecisions.Judge(_watch, _me, asked, _refused.Contains, null, _options))
        {
            return cancel => Condemn(verdict, view.Find(verdict.Node)!.Name, cancel);
        }

        if (view.Find(_me)!.IsLeaving != IsLeaving)
        {
            return SayWhetherLeaving;
        }

        if (_holdings.Closed is { } closed)
        {
            closed.State = HoldingState.Releasing;
            return cancel => Release(closed, cancel);
        }

        if (!IsLeaving && asked >= _noClaimBefore)
        {
            foreach (var role in _roles)
            {
                if (FairShare.ToClaim(_holdings.Foreseen(view, role), FairShare.Eligible(view, role), _me) is > 0 and var most)
                {
                    return cancel => Claim(role, most, cancel);
                }
            }
        }

        return null;
    }

    private async Task<Action> SayWhetherLeaving(CancellationToken cancellationToken)
    {
        await _store.SetLeaving(IsLeaving, cancellationToken);
        return static () => { };
    }

    private async Task<Action> Condemn(Verdict verdict, string name, CancellationToken cancellationToken)
    {
        var isDead = await _store.Condemn(verdict.Node, verdict.Beat, verdict.Reason.ToString(), cancellationToken);
        return () =>
        {
            if (isDead)
            {
                ClusterMetrics.Condemned(verdict.Reason);
                ClusterLog.Condemned(_logger, name, verdict.Node, verdict.Reason);
            }
            else
            {
                // It lives, or somebody else was faster: a fresh look tells.
                _refused.Remove(verdict.Node);
            }
        };
    }

    private async Task<Action> Claim(string role, int most, CancellationToken cancellationToken)
    {
        var claimed = await _store.Claim(role, most, cancellationToken);
        return () =>
        {
            if (claimed.Count > 0)
            {
                ClusterLog.Claimed(_logger, role, claimed.Count);
                _holdings.Take(claimed);
            }
        };
    }

    private async Task<Action> Release(Holding holding, CancellationToken cancellationToken)
    {
        try
        {
            var released = await _store.Release(holding.Fence, holding.For, cancellationToken);
            return () =>
            {
                if (released)
                {
                    ClusterLog.Released(_logger, holding.Fence, holding.For);
                }

                Moved(holding.Fence, released);
                _holdings.Remove(holding, released);
            };
        }
        catch
        {
            holding.State = HoldingState.Closed;
            throw;
        }
    }

    /// <summary>Closes what is too much, is to be moved, or is left behind: a few at a time, so that the others go on meanwhile.</summary>
    private void CloseWhatIsToGo(ClusterView view)
    {
        // Shards that wait for runs answer meanwhile, and do not hold up the others.
        var now = Monotonic(_time.GetTimestamp());
        foreach (var role in _roles)
        {
            foreach (var (holding, to) in TakeMoves(role, view))
            {
                _holdings.Close(holding, to, _options.HandOverPatience, now);
            }

            var atOnce = IsLeaving ? _options.LeavesAtOnce : _options.HandBacksAtOnce;
            while (_holdings.Leaving(now - _options.SlowClose) < atOnce && _holdings.Open(role).FirstOrDefault() is { } first)
            {
                var shards = _holdings.Foreseen(view, role);
                var nodes = FairShare.Eligible(view, role).Where(node => !IsLeaving || node != _me).ToList();
                if (!IsLeaving && FairShare.Surplus(shards, nodes, _me) == 0)
                {
                    break;
                }

                var to = nodes.Count == 0 ? null : FairShare.Neediest(shards, nodes, _me);
                _holdings.Close(first, to, _options.HandOverPatience, now);
            }
        }
    }
}
