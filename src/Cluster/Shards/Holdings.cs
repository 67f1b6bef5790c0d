using MarketManager.Cluster.Members;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging;

namespace MarketManager.Cluster.Shards;

/// <summary>
/// The shards of one life of a node, from claim to release, and the host's calls for them: beside the node's loop, one at a time
/// for each shard. Used by the loop only.
/// </summary>
internal sealed class Holdings(IShardHost host, WakeUp wake, ILogger logger, CancellationToken life)
{
    private readonly Dictionary<(string Role, int Shard), Holding> _all = [];
    private long _order;

    /// <summary>How many there are, in whatever state.</summary>
    public int Count => _all.Count;

    /// <summary>How many are on their way out: closing since <paramref name="since"/> or later, or closed, which answers nobody until it is released.</summary>
    public int Leaving(TimeSpan since) => _all.Values.Count(holding =>
        holding.State is HoldingState.Closed or HoldingState.Releasing || (holding.State is HoldingState.Closing && holding.ClosingSince >= since));

    /// <summary>The next to be released; null: none.</summary>
    public Holding? Closed => _all.Values.FirstOrDefault(holding => holding.State is HoldingState.Closed);

    /// <summary>The <see cref="Holding.Order"/> of the one that came last.</summary>
    public long Last => _order;

    /// <summary>One of them.</summary>
    public Holding? Find(string role, int shard) => _all.GetValueOrDefault((role, shard));

    /// <summary>Those of a role that run, the ones that came first in front.</summary>
    public IEnumerable<Holding> Open(string role) =>
        _all.Values.Where(holding => holding.State is HoldingState.Open && holding.Fence.Role == role).OrderBy(holding => holding.Order);

    /// <summary>Whether one that came no later than <paramref name="last"/> is still being recovered.</summary>
    public bool IsOpening(long last) => _all.Values.Any(holding => holding.State is HoldingState.Opening && holding.Order <= last);

    /// <summary>Recovers shards that were claimed.</summary>
    /// <remarks>One that is still being dropped, because a promoted server knew nothing of its claim, is passed over: once it is
    /// dropped, the next look finds it owned and not held.</remarks>
    public void Take(IReadOnlyList<Fence> claimed)
    {
        List<Fence> fences = [.. claimed.Where(fence => Find(fence.Role, fence.Shard) is null)];
        List<Holding> taken = [.. fences.Select(fence => new Holding(fence, ++_order))];
        foreach (var holding in taken)
        {
            _all.Add((holding.Fence.Role, holding.Fence.Shard), holding);
            ClusterMetrics.Claimed(holding.Fence);
        }

        Start(taken, () => OrDrop(host.Open(fences, life), fences));
    }

    /// <summary>Stops the actors of a shard, so that it can be released.</summary>
    public void Close(Holding holding, Guid? wanted, TimeSpan patience, TimeSpan now)
    {
        holding.State = HoldingState.Closing;
        (holding.For, holding.ClosingSince) = (wanted, now);
        Start([holding], () => OrDrop(host.Close(holding.Fence, patience, life), [holding.Fence]));
    }

    /// <summary>It was released, or was not this node's any more.</summary>
    public void Remove(Holding holding, bool released)
    {
        _all.Remove((holding.Fence.Role, holding.Fence.Shard));
        if (released)
        {
            ClusterMetrics.Released(holding.Fence);
        }
        else
        {
            ClusterMetrics.Lost(holding.Fence);
        }
    }

    /// <summary>Takes in which calls of the host have ended.</summary>
    /// <returns>False where shards could not be opened.</returns>
    public bool Collect()
    {
        var well = true;
        foreach (var holding in _all.Values.Where(holding => holding.HasEnded).ToList())
        {
            holding.HasEnded = false;
            switch (holding.State)
            {
                case HoldingState.Opening when holding.Failure is null:
                    holding.State = HoldingState.Open;
                    break;
                case HoldingState.Opening:
                    well = false;
                    holding.State = HoldingState.Closed;
                    break;
                case HoldingState.Closing:
                    holding.State = HoldingState.Closed;
                    break;
                case HoldingState.Dropping:
                    Remove(holding, released: false);
                    break;
                default:
                    throw new InvalidOperationException($"no call of the host belongs to {holding.State}");
            }
        }

        return well;
    }

    /// <summary>Compares with what the store says, which was read after all that is known here was committed.</summary>
    /// <returns>Shards that are this node's without its knowing: a reply was lost, or all epochs were raised.</returns>
    public IReadOnlyList<Fence> Reconcile(ClusterView view, Guid me)
    {
        List<Holding> lost = [.. _all.Values.Where(holding =>
            holding.State is not (HoldingState.Releasing or HoldingState.Dropping) && !IsOwned(view, me, holding.Fence))];
        foreach (var holding in lost.Where(holding => holding.State is HoldingState.Closed))
        {
            Remove(holding, released: false);
        }

        lost.RemoveAll(holding => holding.State is HoldingState.Closed);
        if (lost.Count > 0)
        {
            ClusterLog.Lost(logger, lost.Count);
            foreach (var holding in lost)
            {
                holding.State = HoldingState.Dropping;
                holding.HasEnded = false;
            }

            Start(lost, () => host.Drop([.. lost.Select(holding => holding.Fence)]));
        }

        return [.. from role in host.Roles
                   where view.Shards.ContainsKey(role)
                   from shard in view.Shards[role].Select((owner, no) => (Owner: owner, No: no))
                   where shard.Owner.Owner == me && Find(role, shard.No) is null
                   select new Fence(role, shard.No, shard.Owner.Epoch)];
    }

    /// <summary>The owners of a role as they will be once what is on its way out has left.</summary>
    public IReadOnlyList<ShardOwner> Foreseen(ClusterView view, string role) =>
        [.. view.Shards.GetValueOrDefault(role, []).Select((owner, no) =>
            Find(role, no) is { IsKept: false } leaving ? new ShardOwner(null, owner.Epoch, leaving.For) : owner)];

    /// <summary>Ends all, at once; the node does not live any more, or ends.</summary>
    public async Task DropAll()
    {
        await Task.WhenAll(_all.Values.Select(holding => holding.Call).Distinct());
        List<Fence> left = [.. from holding in _all.Values
                               where holding.State is not (HoldingState.Closed or HoldingState.Releasing)
                               select holding.Fence];
        foreach (var holding in _all.Values.ToList())
        {
            Remove(holding, released: false);
        }

        if (left.Count > 0)
        {
            await host.Drop(left);
        }
    }

    private static bool IsOwned(ClusterView view, Guid me, Fence fence) =>
        view.Shards.TryGetValue(fence.Role, out var owners)
        && owners[fence.Shard].Owner == me && owners[fence.Shard].Epoch == fence.Epoch;

    /// <summary>Whatever the host's trouble is, nothing of a shard runs after it: it does not stay with a node that does not carry it.</summary>
    private async ValueTask OrDrop(ValueTask call, IReadOnlyList<Fence> fences)
    {
        try
        {
            await call;
        }
        catch
        {
            await host.Drop(fences);
            throw;
        }
    }

    private void Start(IReadOnlyList<Holding> holdings, Func<ValueTask> call)
    {
        var earlier = Task.WhenAll(holdings.Select(holding => holding.Call).Distinct());
        var running = Run(holdings, earlier, call);
        foreach (var holding in holdings)
        {
            holding.Call = running;
        }
    }

    private async Task Run(IReadOnlyList<Holding> holdings, Task earlier, Func<ValueTask> call)
    {
        var state = holdings[0].State;
        Exception? failure = null;
        try
        {
            await earlier;
            await call();
        }
        catch (Exception problem)
        {
            failure = problem;
            if (!life.IsCancellationRequested)
            {
                ClusterLog.HostFailed(logger, state, problem);
            }
        }

        foreach (var holding in holdings.Where(holding => holding.State == state))
        {
            holding.HasEnded = true;
            holding.Failure = failure;
        }

        wake.Call();
    }
}
