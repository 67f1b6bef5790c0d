using MarketManager.Kernel;
using Microsoft.Extensions.Logging;

namespace MarketManager.Cluster.Peers;

/// <summary>
/// Executes each request once in this process: a repeat joins the one under way, or gets the answer that was given. Across
/// processes, and once the answer is forgotten here, a command's idempotency key does the same: the store keeps its first answer.
/// </summary>
/// <remarks>Answers are kept for <see cref="Memory"/>, the latest <see cref="MaxEntries"/> of them and <see cref="MaxBytes"/>;
/// the oldest go first. Where all that it holds is under way, further requests are refused as busy.</remarks>
public sealed partial class RequestLedger : IDisposable
{
    /// <summary>Requests under way and answers kept.</summary>
    public const int MaxEntries = 65_536;

    /// <summary>Bytes of the answers kept, with what an entry itself takes.</summary>
    public const long MaxBytes = 64 * 1024 * 1024;

    /// <summary>How long an answer is kept; who repeats does so sooner.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(2);

    private const int EntryBytes = 256;
    private static readonly TimeSpan Cleaning = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Entry> _entries = [];
    private readonly Queue<Entry> _answered = new();
    private readonly IPeerHandler _handler;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ITimer _cleaning;
    private long _bytes;

    /// <summary>Begins to remember.</summary>
    public RequestLedger(IPeerHandler handler, World world, ILogger log)
    {
        _handler = handler;
        _time = world.Time;
        _log = log;
        _cleaning = _time.CreateTimer(_ => Forget(), null, Cleaning, Cleaning);
    }

    /// <summary>Executes a request, or gives the answer of its first try.</summary>
    public ValueTask<PeerReply> Handle(PeerRequest request)
    {
        Entry entry;
        lock (_gate)
        {
            if (_entries.TryGetValue(request.Id, out var known))
            {
                return known.Join();
            }

            if (_entries.Count >= MaxEntries && _answered.Count == 0)
            {
                return new(PeerReply.Without(PeerOutcome.Busy, $"that node works on {MaxEntries} requests already"));
            }

            entry = new Entry(request, _time);
            _entries.Add(request.Id, entry);
        }

        return Execute(entry, request);
    }

    /// <summary>One of those that wait for a request no longer does; when the last one gives up, the handler is told.</summary>
    public void GiveUp(Guid request)
    {
        Entry? entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue(request, out entry) || entry.Reply is not null || --entry.Waiting > 0)
            {
                return;
            }
        }

        entry.Stop.CancelAll();
    }

    /// <inheritdoc/>
    public void Dispose() => _cleaning.Dispose();

    private ValueTask<PeerReply> Execute(Entry entry, PeerRequest request)
    {
        ValueTask<PeerReply> running;
        try
        {
            running = _handler.Handle(request, entry.Stop.Token);
        }
        catch (Exception e)
        {
            running = ValueTask.FromException<PeerReply>(e);
        }

        return running.IsCompletedSuccessfully ? new(Keep(entry, running.GetAwaiter().GetResult())) : Finish(entry, request.Operation, running);
    }

    private async ValueTask<PeerReply> Finish(Entry entry, ushort operation, ValueTask<PeerReply> running)
    {
        try
        {
            return Keep(entry, await running);
        }
        catch (OperationCanceledException) when (entry.Stop.IsCancellationRequested)
        {
            return Keep(entry, PeerReply.Without(PeerOutcome.Overdue, "it was broken off because nobody waited any more"));
        }
        catch (Exception e)
        {
            LogFailed(_log, operation, entry.Id, e);
            return Keep(entry, PeerReply.Without(PeerOutcome.Failed, $"that node failed: {e.Message}"));
        }
    }

    private PeerReply Keep(Entry entry, PeerReply reply)
    {
        lock (_gate)
        {
            entry.Reply = reply;
            entry.Answered = _time.GetTimestamp();

            // What did nothing may be tried again, and what only reads may be read again.
            if (reply.IsNotExecuted || entry.IsSafe)
            {
                _entries.Remove(entry.Id);
            }
            else
            {
                _bytes += EntryBytes + reply.Payload.Length;
                _answered.Enqueue(entry);
                Forget();
            }
        }

        entry.Dispose();
        entry.Joined?.SetResult(reply);
        return reply;
    }

    private void Forget()
    {
        lock (_gate)
        {
            while (_answered.TryPeek(out var oldest))
            {
                if (_time.GetElapsedTime(oldest.Answered) < Memory && _entries.Count <= MaxEntries && _bytes <= MaxBytes)
                {
                    return;
                }

                _answered.Dequeue();
                _entries.Remove(oldest.Id);
                _bytes -= EntryBytes + oldest.Reply!.Value.Payload.Length;
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "operation {Operation} of request {Request}, asked by another node, failed")]
    private static partial void LogFailed(ILogger log, int operation, Guid request, Exception failure);

    // All but Stop is guarded by the ledger's lock.
    private sealed class Entry : IDisposable
    {
        private readonly ITimer _limit;

        public Entry(PeerRequest request, TimeProvider time)
        {
            (Id, IsSafe) = (request.Id, request.IsSafe);
            _limit = Stop.CancelAllAfter(request.Within, time);
        }

        public Guid Id { get; }

        public bool IsSafe { get; }

        public CancellationTokenSource Stop { get; } = new();

        public int Waiting { get; set; } = 1;

        public PeerReply? Reply { get; set; }

        public long Answered { get; set; }

        public TaskCompletionSource<PeerReply>? Joined { get; private set; }

        public ValueTask<PeerReply> Join()
        {
            if (Reply is { } reply)
            {
                return new(reply);
            }

            Waiting++;
            Joined ??= new TaskCompletionSource<PeerReply>(TaskCreationOptions.RunContinuationsAsynchronously);
            return new(Joined.Task);
        }

        public void Dispose()
        {
            _limit.Dispose();
            Stop.Dispose();
        }
    }
}
