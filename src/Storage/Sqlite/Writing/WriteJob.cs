using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;
using MarketManager.Kernel;

namespace MarketManager.Storage.Sqlite.Writing;

/// <summary>Something the writer does inside a transaction; its caller is told after the commit.</summary>
internal abstract class WriteJob
{
    /// <summary>True commits alone.</summary>
    public abstract bool Alone { get; }

    /// <summary>Writes. May be called again for the same job, after a rollback.</summary>
    public abstract void Execute(WriteSession session);

    /// <summary>It is on the disk.</summary>
    public abstract void Succeed();

    /// <summary>Nothing of it was written, or its fate is not known, as the exception says.</summary>
    public abstract void Fail(Exception reason);
}

/// <summary>A write of an actor. Used again and again, so that a write allocates nothing here.</summary>
internal sealed class AppendJob : WriteJob, IValueTaskSource
{
    private static readonly ConcurrentQueue<AppendJob> Idle = new();
    private ManualResetValueTaskSourceCore<bool> _done = new() { RunContinuationsAsynchronously = true };
    private JournalWrite? _write;

    public override bool Alone => _write!.Guarded;

    public static AppendJob For(JournalWrite write)
    {
        var job = Idle.TryDequeue(out var idle) ? idle : new AppendJob();
        job._write = write;
        return job;
    }

    /// <summary>Completes with the job; to be awaited once.</summary>
    public ValueTask Done() => new(this, _done.Version);

    public override void Execute(WriteSession session)
    {
        session.Events.Write(_write!);
        foreach (var row in _write!.Rows)
        {
            session.Rows.Write(row);
        }
    }

    public override void Succeed() => _done.SetResult(true);

    public override void Fail(Exception reason) => _done.SetException(reason);

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            _done.GetResult(token);
        }
        finally
        {
            _write = null;
            _done.Reset();
            Idle.Enqueue(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);
}

/// <summary>Any other write, with its answer.</summary>
internal sealed class CallJob<T>(Func<WriteSession, T> work) : WriteJob
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _answer;

    public override bool Alone => false;

    public Task<T> Done => _done.Task;

    public override void Execute(WriteSession session) => _answer = work(session);

    public override void Succeed() => _done.SetResult(_answer!);

    public override void Fail(Exception reason) => _done.SetException(reason);
}
