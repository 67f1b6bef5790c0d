using MarketManager.Actors.Runs;
using MarketManager.Actors.Venues;
using MarketManager.Kernel;
using Microsoft.Extensions.Logging;

namespace MarketManager.Venues.Ccxt;

/// <summary>A place for a worker: when its process is lost, the next one is started, within two seconds.</summary>
/// <remarks>The wait grows 0.1, 0.2, 0.4 ... 2 s while processes die young; one that was ready for as long as a worker may be silent ends that.</remarks>
internal sealed class CcxtWorker(int number, CcxtOptions options, ProcessStarter starter, World world, VenueMeter meter, ILogger logger)
    : IAsyncDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource<WorkerProcess> _next = NewSource();
    private WorkerProcess? _process;
    private Task _supervision = Task.CompletedTask;
    private long _restarts;
    private volatile bool _isHurried;

    /// <summary>How many feeds live here; kept by the pool.</summary>
    public int Feeds { get; set; }

    /// <summary>As it is shown.</summary>
    public WorkerStatus Status
    {
        get
        {
            var process = Volatile.Read(ref _process);
            var state = _stopping.IsCancellationRequested ? "stopped"
                : process is null || !process.Ready.IsCompletedSuccessfully ? "starting"
                : process.Hung ? "hung" : "ready";
            return new WorkerStatus(process?.Pid, state, Feeds, Interlocked.Read(ref _restarts), process?.Memory ?? 0);
        }
    }

    /// <summary>Starts the first process, and from then on the next ones.</summary>
    public void Start() => _supervision = Supervise();

    /// <summary>The process to talk to; waits while one is being started.</summary>
    /// <exception cref="VenueException">worker_lost: it did not start.</exception>
    public Task<WorkerProcess> Process(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _next.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>See <see cref="WorkerProcess.Hurry"/>.</summary>
    public void Hurry()
    {
        _isHurried = true;
        Volatile.Read(ref _process)?.Hurry();
    }

    /// <summary>Kills the process and waits until it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Volatile.Read(ref _process)?.Kill("shutting down");
        await _supervision;
        Fail("the workers are shut down");
    }

    private static TaskCompletionSource<WorkerProcess> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task Supervise()
    {
        var wait = FirstWait;
        while (!_stopping.IsCancellationRequested)
        {
            var began = world.Time.GetTimestamp();
            var reason = await RunOnce();
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            wait = world.Time.GetElapsedTime(began) > options.Patience ? FirstWait : wait;
            WorkerLog.Lost(logger, number, Volatile.Read(ref _process)?.Pid, wait, reason);
            Interlocked.Increment(ref _restarts);
            meter.Restarted();
            Volatile.Write(ref _process, null);
            try
            {
                await Task.Delay(wait, world.Time, _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    /// <summary>Runs one process to its end and says why it ended.</summary>
    private async Task<string> RunOnce()
    {
        try
        {
            var process = await WorkerProcess.Start(options, starter, world, logger);
            Volatile.Write(ref _process, process);
            if (_isHurried)
            {
                process.Hurry();
            }

            if (_stopping.IsCancellationRequested)
            {
                process.Kill("shutting down"); // the stop came while it was being started
            }

            await Announce(process);
            var reason = await process.Ended;
            Fail(reason);
            return reason;
        }
        catch (Exception error) // node is not there, or cannot be run: said to those who wait, tried again
        {
            Fail(error.Message, error);
            return error.Message;
        }
    }

    private async Task Announce(WorkerProcess process)
    {
        try
        {
            await process.Ready;
        }
        catch (VenueException)
        {
            return; // its end says why
        }

        WorkerLog.Ready(logger, number, process.Pid);
        lock (_gate)
        {
            _next.TrySetResult(process);
        }
    }

    /// <summary>Fails those who wait; those who come later wait for the next process, unless there will be none.</summary>
    private void Fail(string reason, Exception? inner = null)
    {
        lock (_gate)
        {
            _next.TrySetException(new VenueException(ErrorKinds.WorkerLost, reason, inner: inner));
            _ = _next.Task.Exception; // seen, should nobody wait
            if (!_stopping.IsCancellationRequested)
            {
                _next = NewSource();
            }
        }
    }
}
