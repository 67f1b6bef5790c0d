using MarketManager.Cluster.Shards;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging;

namespace MarketManager.Cluster.Members;

/// <summary>
/// A node's part in the cluster: joins, gives signs of life, looks at the others, takes its share of the shards, hands back what is
/// too much, leaves. The protocol and why it is safe: docs/decisions/0006-ownership.md.
/// </summary>
/// <remarks>
/// One loop, in one synchronization context (<see cref="ClusterThread"/>, or a simulation's scheduler). Looks and signs of life are
/// awaited by the loop; changes of ownership run beside it, one at a time, and so do the calls of the host: neither can cost the lease.
/// What the loop believes to own is corrected by every look, so that lost replies need no care of their own.
/// </remarks>
public sealed partial class ClusterNode : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RetryAtMost = TimeSpan.FromMilliseconds(250);

    private readonly ClusterOptions _options;
    private readonly IClusterStore _store;
    private readonly IShardHost _host;
    private readonly IMemberWriter _writer;
    private readonly IPeerProbe _probe;
    private readonly World _world;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<string> _roles;
    private readonly Lease _lease;
    private readonly ClusterViews _views = new();
    private readonly WakeUp _wake;
    private readonly TaskCompletionSource<Guid> _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One life:
    private Guid _me;
    private CancellationTokenSource _life = new();
    private Holdings _holdings;
    private Watch _watch = Watch.Nothing;
    private long _session;
    private bool _isConnected;
    private bool _isAlive;
    private long _beatSent;
    private long _attended;
    private TimeSpan _retry = RetryAfter;
    private bool _isSuspended;

    /// <summary>Prepares a node; <see cref="Run"/> is its life.</summary>
    /// <param name="options">Who it is.</param>
    /// <param name="store">Where the cluster agrees; the node closes it in the end.</param>
    /// <param name="host">Carries the shards that it owns.</param>
    /// <param name="writer">Told under which incarnation it may write.</param>
    /// <param name="probe">Knocks at nodes whose session is gone.</param>
    /// <param name="world">Ids and jitter.</param>
    /// <param name="time">Whose timers run in the loop's context; <see cref="ClusterThread.Time"/>, or a simulation's clock.</param>
    /// <param name="logger">Where it tells what happens.</param>
    public ClusterNode(
        ClusterOptions options,
        IClusterStore store,
        IShardHost host,
        IMemberWriter writer,
        IPeerProbe probe,
        World world,
        TimeProvider time,
        ILogger<ClusterNode> logger)
    {
        (_options, _store, _host, _writer, _probe, _world, _time, _logger) = (options, store, host, writer, probe, world, time, logger);
        _roles = [.. host.Roles.Where(options.Roles.Contains)];
        _lease = new Lease(time, options);
        _wake = new WakeUp(time);
        _holdings = new Holdings(host, _wake, logger, _life.Token);
        _store.News += _wake.Call;
        foreach (var role in host.Roles)
        {
            ClusterMetrics.Show(role);
        }
    }

    /// <summary>Whether this node is certainly taken for alive.</summary>
    public ILease Lease => _lease;

    /// <summary>How long it is certainly taken for alive if nothing more is heard of it; zero where it is not.</summary>
    public TimeSpan LeaseLeft => _lease.Left;

    /// <summary>The cluster as it was last seen.</summary>
    public IClusterViews Views => _views;

    /// <summary>Completes with the first incarnation once the node is a member; fails where it cannot become one.</summary>
    public Task<Guid> Joined => _joined.Task;

    /// <summary>Lives until it has left, or is cut short.</summary>
    /// <param name="stopping">Ends it at once, as a crash would: nothing is handed over. <see cref="Leave"/> is the friendly way.</param>
    /// <exception cref="NodeNameTakenException">Another node of that name lives.</exception>
    /// <exception cref="NodeTooOldException">The cluster writes kinds of events that this program does not understand.</exception>
    /// <exception cref="OtherSecretException">The nodes that live have another secret.</exception>
    public async Task Run(CancellationToken stopping)
    {
        using var wake = stopping.Register(_wake.Call);
        try
        {
            while (await Live(stopping))
            {
                ClusterLog.DeclaredDead(_logger, _me);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // As asked.
        }
        catch (Exception failure)
        {
            _joined.TrySetException(failure);
            _recovered.TrySetException(failure);
            throw;
        }
        finally
        {
            _joined.TrySetCanceled(CancellationToken.None);
            _recovered.TrySetCanceled(CancellationToken.None);
            _store.News -= _wake.Call;
            await _store.DisposeAsync();
            _views.Publish(ClusterView.Empty);
            _handedOver.TrySetResult();
            _ended.TrySetResult();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _life.Dispose();

    /// <summary>One life, from joining to death or farewell.</summary>
    /// <returns>True where it was declared dead and should join again.</returns>
    private async Task<bool> Live(CancellationToken stopping)
    {
        _me = _world.NewId(_world.Now);
        _life.Dispose();
        _life = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _holdings = new Holdings(_host, _wake, _logger, _life.Token);
        (_firstShare, _hasRecovered) = (null, false);
        _isAlive = true;
        try
        {
            if (!await Join(stopping))
            {
                return false;
            }

            while (true)
            {
                stopping.ThrowIfCancellationRequested();
                Collect();
                try
                {
                    // A store that does not answer can take seconds to say so, which a node that is out of time does not have.
                    if (!(HasNothingLeft && (_farewellAsked || !_isConnected)) && !await Attend(stopping))
                    {
                        return true;
                    }
                }
                catch (StoreException problem)
                {
                    Suspend(problem.Message);
                }

                if (HasNothingLeft)
                {
                    _handedOver.TrySetResult();
                    if (_farewellAsked)
                    {
                        await Die();
                        await SayFarewell(stopping);
                        return false;
                    }
                }

                await _wake.Wait(Pause());
            }
        }
        finally
        {
            await Die();
            _isConnected = false;
        }
    }

    /// <summary>One turn: a sign of life where it is due, a look, and what follows from it.</summary>
    /// <returns>False where this life was declared over.</returns>
    private async Task<bool> Attend(CancellationToken cancellationToken)
    {
        var isNew = !_isConnected;
        _attended = _time.GetTimestamp();
        if (!isNew && !_lease.Holds)
        {
            Hold("no sign of life was taken in time");
        }

        if (isNew)
        {
            await Connect(cancellationToken);
        }

        if ((isNew || IsBeatDue) && !await Beat(cancellationToken))
        {
            return false;
        }

        var asked = _time.GetTimestamp();
        var workBefore = _work;
        var sight = await _store.Look(cancellationToken);
        if (sight.View.Find(_me) is null)
        {
            return false;
        }

        _lease.Answered(asked);
        if (_lease.Holds && _isSuspended)
        {
            _isSuspended = false;
            ClusterLog.Resumed(_logger, _holdings.Count);
        }

        _watch = MembershipDecisions.See(_watch, sight, _session, Monotonic(_time.GetTimestamp()), _options);
        var unknown = _holdings.Reconcile(sight.View, _me);
        if (workBefore is null && unknown.Count > 0)
        {
            _holdings.Take(unknown);
        }

        SeeWhetherNeeded(sight.View);
        _views.Publish(sight.View with { Me = _me });
        ClusterMetrics.Saw(sight.View);
        Probe(sight.View);
        SeeWhetherRecovered(sight.View);
        Change(sight.View, Monotonic(asked));
        return true;
    }

    private bool IsBeatDue => _time.GetElapsedTime(_beatSent) >= _options.BeatEvery;

    private async Task<bool> Beat(CancellationToken cancellationToken)
    {
        var sent = _time.GetTimestamp();
        if (!await _store.Beat(cancellationToken))
        {
            return false;
        }

        _beatSent = sent;
        _lease.Renewed(sent);
        ClusterMetrics.Renewed(_time.GetElapsedTime(sent));
        return true;
    }

    private async Task Connect(CancellationToken cancellationToken)
    {
        _session = await _store.Connect(_me, cancellationToken);
        _isConnected = true;
        _retry = RetryAfter;
    }

    /// <summary>The store is away, or the session broke: nothing is answered or done, everything is kept.</summary>
    private void Suspend(string reason)
    {
        _lease.Lost();
        _isConnected = false;
        Hold(reason);
    }

    private void Hold(string reason)
    {
        if (!_isSuspended)
        {
            _isSuspended = true;
            ClusterMetrics.Suspended();
            ClusterLog.Suspended(_logger, reason, _holdings.Count);
        }
    }

    private TimeSpan Pause()
    {
        if (!_isConnected)
        {
            var wait = _retry * (0.5 + (_world.NextDouble() / 2));
            _retry = _retry * 2 < RetryAtMost ? _retry * 2 : RetryAtMost;
            return wait;
        }

        var untilBeat = _options.BeatEvery - _time.GetElapsedTime(_beatSent);
        var tick = IsLeaving && _holdings.Count > 0 ? _options.SlowClose : _options.Tick;
        var untilLook = tick - _time.GetElapsedTime(_attended); // from when the last was asked for: a slow answer must not make the next one late
        var pause = untilBeat < untilLook ? untilBeat : untilLook;
        return pause > TimeSpan.FromMilliseconds(1) ? pause : TimeSpan.FromMilliseconds(1);
    }

    private async Task Die()
    {
        if (!_isAlive)
        {
            return;
        }

        _isAlive = false;
        _lease.Lost();
        _views.Publish(_views.Current with { Me = default });
        EndLife();
        await (_work ?? Task.CompletedTask);
        Collect();
        _unreleased = _holdings.Count;
        _writer.Leave();
        await _holdings.DropAll();
        await _writer.Exit();
    }

    /// <remarks>Not CancelAsync: that would go on elsewhere than in the loop's context.</remarks>
    private void EndLife() => _life.CancelAll();

    /// <summary>A timestamp as a duration since an arbitrary point.</summary>
    private TimeSpan Monotonic(long timestamp) => _time.GetElapsedTime(0, timestamp);
}
