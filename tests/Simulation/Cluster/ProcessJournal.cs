using MarketManager.Actors.Markets;
using MarketManager.Cluster.Members;
using MarketManager.Kernel;

namespace MarketManager.Simulation.Tests.Cluster;

/// <summary>
/// The journal as one process writes it. The process may freeze or die at any point of a write: what has arrived goes its way
/// without it, lands late, or is terminated. What a lost answer meant is found out, or answered as unknown, as the lanes do.
/// </summary>
internal sealed class ProcessJournal(Universe universe, SharedStore store, StoreLink link, Process process) : IJournal, IMemberWriter
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan UnknownPatience = TimeSpan.FromSeconds(10);

    private readonly List<Task> _underWay = [];
    private Guid? _writer;

    /// <summary>The store refused a write because this life of the node is over.</summary>
    public event Action? Condemned;

    /// <summary>Whether something is under way.</summary>
    public bool IsWriting => _underWay.Count > 0;

    public async ValueTask Enter(Guid incarnation, int lanes, CancellationToken cancellationToken)
    {
        await store.Read(link, static () => new ValueTask<bool>(true));
        _writer = incarnation;
    }

    public void Leave()
    {
    }

    public async ValueTask Exit()
    {
        _writer = null;
        foreach (var write in _underWay.ToList())
        {
            await write.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    public async ValueTask Append(JournalWrite write, CancellationToken cancellationToken)
    {
        if (_writer is not { } writer)
        {
            throw new StoreUnavailableException("this node is not a member of the cluster now, so it cannot write");
        }

        var lane = store.Lanes.Of(writer, LaneOf(write));
        var writing = universe.Remote(() => Write(write, writer, lane));
        _underWay.Add(writing);
        try
        {
            await writing;
        }
        catch (FencedException dead) when (dead.Fence is null)
        {
            Condemned?.Invoke();
            throw;
        }
        finally
        {
            _underWay.Remove(writing);
        }
    }

    public async ValueTask Replay(
        string entity, IReadOnlySet<int>? shards, IReplay replay, CancellationToken cancellationToken) =>
        await store.Read(link, async () =>
        {
            await store.Data.Journal.Replay(entity, shards, replay, CancellationToken.None);
            return true;
        });

    public async ValueTask Replay(PersistenceId actor, IReplay replay, CancellationToken cancellationToken) =>
        await store.Read(link, async () =>
        {
            await store.Data.Journal.Replay(actor, replay, CancellationToken.None);
            return true;
        });

    private async Task<bool> Write(JournalWrite write, Guid writer, Lane lane)
    {
        var began = universe.Clock.GetTimestamp();
        while (true)
        {
            if (!await store.Travels(link))
            {
                throw SharedStore.Away(); // it never was sent
            }

            bool? fate = await Transact(write, writer, lane);
            if (fate is true && await store.Travels(link))
            {
                return true;
            }

            // The answer is lost with the session. The next one asks, behind whoever still holds the lane.
            while (!link.IsOpen)
            {
                await Task.Delay(Retry, universe.World.Time);
                if (universe.Clock.GetElapsedTime(began) > UnknownPatience)
                {
                    throw SharedStore.Away(outcomeUnknown: true);
                }
            }

            (await lane.Enter()).Leave();
            if (!store.Cluster.IsAlive(writer) || universe.Weather.Strikes(0.3))
            {
                throw SharedStore.Away(outcomeUnknown: true);
            }

            if (fate is true)
            {
                return true;
            }
        }
    }

    /// <summary>One transaction, from its fence to its commit; false where its session ended before.</summary>
    private async Task<bool> Transact(JournalWrite write, Guid writer, Lane lane)
    {
        var held = await lane.Enter();
        try
        {
            store.Cluster.Check(writer, write.Fence is { } fence ? [fence] : []);
            if (universe.Weather.Strikes(0.08))
            {
                await Task.WhenAny(universe.Delay(TimeSpan.FromSeconds(2)), held.Terminated);
            }

            // Half of what a frozen process has sent stops in the middle, and goes on with it.
            if (process.IsFrozen && universe.Weather.Pick(2) == 0)
            {
                await Task.WhenAny(process.Thawed, held.Terminated);
            }

            if (held.Terminated.IsCompleted)
            {
                return false;
            }

            if (universe.Weather.Strikes(0.005))
            {
                throw new StoreFullException("the disk of the simulation is full");
            }

            await store.Data.Journal.Append(write, CancellationToken.None);
            store.Witness.Committed(write, writer);
            store.Witness.LateCommits += process.IsFrozen || process.IsDead ? 1 : 0;
            return true;
        }
        finally
        {
            held.Leave();
        }
    }

    private static int LaneOf(JournalWrite write) =>
        write.Guarded ? 1 : write.Rows.Any(row => row is MarketsReplaced) ? 2 + (int)(write.Actor.Id % 2) : 0;
}
