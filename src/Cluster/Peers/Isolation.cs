using MarketManager.Cluster.Members;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging;

namespace MarketManager.Cluster.Peers;

/// <summary>
/// A node that reaches the store but none of its peers would keep exchanges that nobody else can ask for: it hands them over,
/// says that it is not ready, and takes its share again when a peer can be reached.
/// </summary>
/// <remarks>
/// Somebody has to keep everything where nobody reaches anybody: of two that carry exchanges, the one that joined first; of more, the
/// one that joined first takes it back once all have handed over; a single one, always. Peers that have just died are unreachable too,
/// so that a judgement takes longer than a death is noticed.
/// </remarks>
/// <param name="role">Of those that carry what is handed over.</param>
/// <param name="peers">Without the hop over another node.</param>
/// <param name="views">Who lives.</param>
/// <param name="setIsolated">Has the node hand over what it has, or take its share again.</param>
/// <param name="patience">How long no peer may be reached; longer than the lease.</param>
/// <param name="world">The clock and ids.</param>
/// <param name="log">Says what it judges.</param>
public sealed partial class Isolation(
    string role, IPeers peers, IClusterViews views, Action<bool> setIsolated, TimeSpan patience, World world, ILogger<Isolation> log)
{
    /// <summary>The number of requests that only ask whether somebody is there; nobody knows it, and that is answer enough.</summary>
    public const ushort Knock = 0;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private long? _alone;
    private volatile bool _isIsolated;

    /// <summary>Whether the node has handed over what it had.</summary>
    public bool IsIsolated => _isIsolated;

    /// <summary>Looks now and then, until it is cancelled.</summary>
    public async Task Run(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Every, world.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                await Look(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The node leaves.
        }
    }

    /// <summary>Looks once.</summary>
    public async ValueTask Look(CancellationToken cancellationToken)
    {
        var view = views.Current;
        var others = view.Members.Where(member => member.Incarnation != view.Me).ToList();
        if (view.Find(view.Me) is not { } me || others.Count == 0 || await IsAnyReached(others, cancellationToken))
        {
            _alone = null;
            if (_isIsolated)
            {
                _isIsolated = false;
                LogResumed(log);
                setIsolated(false);
            }

            return;
        }

        _alone ??= world.Time.GetTimestamp();
        var carriers = others.Where(other => other.Has(role)).ToList();
        var isFirst = me.Has(role)
            && carriers.TrueForAll(other => (me.Joined, me.Incarnation).CompareTo((other.Joined, other.Incarnation)) < 0);
        var isNobodyLeft = me.Has(role) && carriers.TrueForAll(other => other.IsLeaving);
        if (_isIsolated && isFirst && isNobodyLeft)
        {
            _isIsolated = false;
            LogKeeps(log);
            setIsolated(false);
        }
        else if (!_isIsolated && !me.IsLeaving && !isNobodyLeft && !(isFirst && carriers.Count == 1)
            && world.Time.GetElapsedTime(_alone.Value) >= patience)
        {
            _isIsolated = true;
            LogIsolated(log, others.Count);
            setIsolated(true);
        }
    }

    private async ValueTask<bool> IsAnyReached(List<Member> others, CancellationToken cancellationToken)
    {
        var knocks = others.Select(other => peers.Ask(
            other, new PeerRequest(world.NewId(world.Now), Knock, default, Every) { IsSafe = true }, cancellationToken)).ToList();
        var isAny = false;
        foreach (var knock in knocks)
        {
            isAny |= (await knock).Outcome is PeerOutcome.Replied or PeerOutcome.Declined or PeerOutcome.Busy or PeerOutcome.Expired;
        }

        return isAny;
    }

    [LoggerMessage(1, LogLevel.Error, "None of {Others} other nodes can be reached from here: handing over what this node has, until one can")]
    private static partial void LogIsolated(ILogger log, int others);

    [LoggerMessage(3, LogLevel.Error, "No node can reach any other, and all have handed over: this one, which joined first, takes everything; look at --node-address and the network between nodes")]
    private static partial void LogKeeps(ILogger log);

    [LoggerMessage(2, LogLevel.Information, "Other nodes can be reached again: taking a share")]
    private static partial void LogResumed(ILogger log);
}
