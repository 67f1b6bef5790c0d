using System.Threading.Channels;
using MarketManager.Kernel;

namespace MarketManager.Storage.PostgreSql.Writing;

/// <summary>One writing connection and the queue before it. While a batch commits, the next one forms (group commit).</summary>
internal sealed class Lane : IAsyncDisposable
{
    private readonly int _most;
    private readonly Channel<AppendJob> _queue;
    private readonly LaneSession _session;
    private readonly BatchCommitter _committer;
    private Task _loop = Task.CompletedTask;

    /// <param name="no">Its number in <c>mm.lane</c>.</param>
    /// <param name="most">How many writes share a transaction.</param>
    /// <param name="around">What it shares with the others.</param>
    public Lane(int no, int most, LaneSurroundings around)
    {
        _most = most;
        _queue = Channel.CreateBounded<AppendJob>(new BoundedChannelOptions(around.Options.WriteQueueCapacity)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
        });
        _session = new LaneSession(no, around);
        _committer = new BatchCommitter(no, _session, around);
    }

    /// <summary>Why it does not write; null while it does.</summary>
    public StoreException? Failure => _session.Failure;

    /// <summary>What the store refused to write; see <see cref="LaneSession.Refusal"/>.</summary>
    public StoreException? Refusal => _session.Refusal;

    /// <summary>Whether what was answered as unknown may yet be written.</summary>
    public bool IsUnsettled => _committer.IsUnsettled;

    /// <summary>Opens its session, and begins.</summary>
    public async ValueTask Start(CancellationToken cancellationToken)
    {
        await _session.Open(cancellationToken);
        _loop = Run();
    }

    /// <summary>Queues a write; it completes once it is durable.</summary>
    public ValueTask Append(AppendJob job, CancellationToken cancellationToken)
    {
        var queued = _queue.Writer.WriteAsync(job, cancellationToken);
        return queued.IsCompletedSuccessfully ? new ValueTask(job.Done) : Later(queued, job);
    }

    /// <summary>From now on nobody waits for a store that is away.</summary>
    public void Close() => _session.Close();

    /// <summary>Writes what is queued where the store lets it, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _session.Close();
        _queue.Writer.TryComplete();
        await _loop;
        await _session.DisposeAsync();
    }

    private static async ValueTask Later(ValueTask queued, AppendJob job)
    {
        try
        {
            await queued;
        }
        catch (ChannelClosedException e)
        {
            throw LaneSet.NoMember(e);
        }

        await job.Done;
    }

    private async Task Run()
    {
        var jobs = new List<AppendJob>(_most);
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (jobs.Count < _most && _queue.Reader.TryRead(out var job))
            {
                if (IsFit(job))
                {
                    jobs.Add(job);
                }
            }

            try
            {
                await _committer.Commit(jobs);
            }
            catch (Exception e)
            {
                // A defect; but who waits must hear of it, and those who come after are to be written.
                await _committer.GiveUp(jobs, e);
            }

            jobs.Clear();
        }
    }

    private static bool IsFit(AppendJob job)
    {
        try
        {
            AppendBatch.Prepare(job);
            return true;
        }
        catch (Exception e)
        {
            job.Fail(e);
            return false;
        }
    }
}
