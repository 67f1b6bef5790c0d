using MarketManager.Actors.Venues;
using MarketManager.Venues.Limits;

namespace MarketManager.Venues.Ccxt;

/// <summary>Reads a result from its JSON.</summary>
internal delegate T RpcRead<out T>(ReadOnlySpan<byte> json);

/// <summary>A request that a worker has not answered yet.</summary>
internal abstract class WorkerCall(VenueBudget? budget, CancellationTokenSource over)
{
    /// <summary>What its requests share; null when it makes none.</summary>
    public VenueBudget? Budget => budget;

    /// <summary>Cancelled when the call has ended or is to end: nobody waits for the budget on its behalf then.</summary>
    public CancellationToken Over { get; } = over.Token;

    /// <summary>Gives up what waits for the budget.</summary>
    public void StopWaiting() => over.Cancel();

    /// <summary>The answer has come.</summary>
    public void Complete(ReadOnlySpan<byte> result)
    {
        StopWaiting();
        SetResult(result);
    }

    /// <summary>No good answer will come.</summary>
    public void Fail(VenueException? why)
    {
        StopWaiting();
        SetFailure(why);
    }

    protected abstract void SetResult(ReadOnlySpan<byte> result);

    protected abstract void SetFailure(VenueException? why);
}

/// <inheritdoc/>
internal sealed class WorkerCall<T>(
    VenueBudget? budget, CancellationTokenSource over, RpcRead<T> read, CancellationToken cancellationToken) : WorkerCall(budget, over)
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer.</summary>
    public Task<T> Task => _answer.Task;

    protected override void SetResult(ReadOnlySpan<byte> result) => _answer.TrySetResult(read(result));

    /// <summary>Whoever cancelled gets to know that, whatever the end looked like.</summary>
    protected override void SetFailure(VenueException? why)
    {
        if (cancellationToken.IsCancellationRequested || why is null)
        {
            _answer.TrySetCanceled(cancellationToken);
        }
        else
        {
            _answer.TrySetException(why);
        }
    }
}
