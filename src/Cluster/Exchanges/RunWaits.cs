using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Runs;
using MarketManager.Kernel;

namespace MarketManager.Cluster.Exchanges;

/// <summary>Waits for the ends of runs, wherever they go: one question for each run, however many wait for it.</summary>
/// <remarks>
/// A question that waits keeps one of the places of the connection to its owner (4,096), which are there for everything that nodes ask
/// of each other. So no more than <see cref="Most"/> runs are waited for; who comes after that hears at once how far the run is.
/// </remarks>
/// <param name="time">The clock.</param>
/// <param name="ask">Asks the owner of an exchange, who answers when the run has ended or after that time.</param>
internal sealed class RunWaits(TimeProvider time, Func<long, Guid, TimeSpan, CancellationToken, ValueTask<KeptAnswer>> ask)
{
    /// <summary>How many runs are waited for at once.</summary>
    public const int Most = 1_000;

    /// <summary>How long one question waits; then it is asked again, so that a lost one is not waited for by its owner for long.</summary>
    public static readonly TimeSpan Slice = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan AlmostSlice = Slice - TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Wait> _waits = [];

    /// <summary>The run once it has ended; null where it did not within <paramref name="patience"/>, or is not known to its owner.</summary>
    public async ValueTask<RunView?> WhenEnded(long exchange, Guid run, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (Join(exchange, run) is not { } wait)
        {
            return null;
        }

        try
        {
            return await wait.End.WaitAsync(patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            Leave(run, wait);
        }
    }

    private Wait? Join(long exchange, Guid run)
    {
        Wait? wait;
        lock (_gate)
        {
            if (_waits.TryGetValue(run, out wait))
            {
                wait.Waiting++;
                return wait;
            }

            if (_waits.Count == Most)
            {
                return null;
            }

            wait = new Wait();
            _waits.Add(run, wait);
        }

        _ = Ask(exchange, run, wait);
        return wait;
    }

    private void Leave(Guid run, Wait wait)
    {
        lock (_gate)
        {
            if (--wait.Waiting > 0)
            {
                return;
            }

            _waits.Remove(run);
        }

        wait.Dispose();
    }

    private async Task Ask(long exchange, Guid run, Wait wait)
    {
        try
        {
            while (true)
            {
                var began = time.GetTimestamp();
                var answer = await ask(exchange, run, Slice, wait.NobodyWaits);
                var isOver = answer.Run is not null || (answer.Why is null && time.GetElapsedTime(began) < AlmostSlice);
                if (isOver)
                {
                    wait.Finish(answer.Run);
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            wait.Finish(null);
        }
        catch (Exception e)
        {
            wait.Fail(e);
        }
    }

    private sealed class Wait : IDisposable
    {
        private readonly TaskCompletionSource<RunView?> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenSource _nobodyWaits = new();

        public Wait() => NobodyWaits = _nobodyWaits.Token;

        public int Waiting { get; set; } = 1;

        public Task<RunView?> End => _end.Task;

        public CancellationToken NobodyWaits { get; }

        public void Finish(RunView? run) => _end.TrySetResult(run);

        public void Fail(Exception why) => _end.TrySetException(why);

        public void Dispose()
        {
            _nobodyWaits.CancelAll();
            _nobodyWaits.Dispose();
        }
    }
}
