using MarketManager.Actors.Markets;
using MarketManager.Kernel;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>The lanes of a member: one for group batches, one for guarded writes, the rest for the results of runs.</summary>
/// <remarks>The results of a run are large: on their own lanes they hold up nobody's small writes.</remarks>
internal sealed class LaneSet : IAsyncDisposable
{
    /// <summary>As few as there may be.</summary>
    public const int Fewest = 3;

    private const int Group = 0;
    private const int Guarded = 1;

    private readonly Lane[] _lanes;

    private LaneSet(Lane[] lanes) => _lanes = lanes;

    /// <summary>Why one of them does not write; null while all do.</summary>
    public StoreException? Failure => _lanes.Select(lane => lane.Failure).FirstOrDefault(failure => failure is not null);

    /// <summary>What the store refused to write on one of them; null: nothing, or not lately.</summary>
    public StoreException? Refusal => _lanes.Select(lane => lane.Refusal).FirstOrDefault(refusal => refusal is not null);

    /// <summary>Opens the sessions.</summary>
    public static async ValueTask<LaneSet> Open(LaneSurroundings around, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, Fewest);
        var set = new LaneSet([.. Enumerable.Range(0, count).Select(no => new Lane(no, no == Guarded ? 1 : around.Options.MaxBatch, around))]);
        try
        {
            foreach (var lane in set._lanes)
            {
                await lane.Start(cancellationToken);
            }

            return set;
        }
        catch (Exception e)
        {
            await set.DisposeAsync();
            if (PostgresFailures.IsOfStore(e))
            {
                throw PostgresFailures.ToStoreException(e);
            }

            throw;
        }
    }

    public ValueTask Append(AppendJob job, CancellationToken cancellationToken) => _lanes[LaneOf(job)].Append(job, cancellationToken);

    /// <summary>Waits until nothing that was answered as unknown can be written any more.</summary>
    /// <exception cref="StoreException">That could not be found out.</exception>
    public async ValueTask Settle(PersistenceId actor, short entity, CancellationToken cancellationToken)
    {
        foreach (var lane in _lanes)
        {
            if (lane.IsUnsettled)
            {
                await lane.Append(new AppendJob(new JournalWrite(actor, 0, [], []), entity), cancellationToken);
            }
        }
    }

    /// <summary>From now on nobody waits for a store that is away.</summary>
    public void Close() => Array.ForEach(_lanes, static lane => lane.Close());

    public async ValueTask DisposeAsync() => await Task.WhenAll(_lanes.Select(lane => lane.DisposeAsync().AsTask()));

    internal static StoreUnavailableException NoMember(Exception? inner = null) =>
        new("this node is not a member of the cluster now, so it cannot write", inner);

    private int LaneOf(AppendJob job)
    {
        if (job.Write.Guarded)
        {
            return Guarded;
        }

        foreach (var row in job.Write.Rows)
        {
            if (row is MarketsReplaced)
            {
                return Fewest - 1 + (job.Shard % (_lanes.Length - Fewest + 1));
            }
        }

        return Group;
    }
}
