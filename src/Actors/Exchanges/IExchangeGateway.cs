using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Runs;

namespace MarketManager.Actors.Exchanges;

/// <summary>The way to the exchanges' actors. What was answered with a value is durable.</summary>
public interface IExchangeGateway
{
    /// <summary>Creates an exchange; its first run starts within a second.</summary>
    /// <remarks>A repeat under the same idempotency key answers what was answered first.</remarks>
    ValueTask<Answer<ExchangeView>> Create(NewExchange draft, IdempotencyKey? key, CancellationToken cancellationToken);

    /// <summary>The exchange now.</summary>
    ValueTask<Answer<ExchangeView>> Get(long id, CancellationToken cancellationToken);

    /// <summary>Changes an exchange.</summary>
    /// <param name="id">Which.</param>
    /// <param name="change">What.</param>
    /// <param name="expectedVersion">The version the caller saw; null changes whatever is there.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still be made.</param>
    ValueTask<Answer<ExchangeView>> Change(long id, ExchangeChange change, long? expectedVersion, CancellationToken cancellationToken);

    /// <summary>Deletes an exchange: a run that is going is cancelled, its markets go, its history stays.</summary>
    /// <returns>The exchange as it was last.</returns>
    ValueTask<Answer<ExchangeView>> Delete(long id, long? expectedVersion, CancellationToken cancellationToken);

    /// <summary>Starts a run now; rejected with <see cref="RejectionKind.AlreadyRunning"/> while one is going.</summary>
    ValueTask<Answer<RunView>> Run(long id, IdempotencyKey? key, CancellationToken cancellationToken);

    /// <summary>Waits until a run has ended.</summary>
    /// <returns>The run as it ended, or null where it still goes on after <paramref name="patience"/> or is not known to the actor.</returns>
    ValueTask<RunView?> WhenEnded(long id, Guid runId, TimeSpan patience, CancellationToken cancellationToken);

    /// <summary>True while no run is started by a schedule; survives restarts.</summary>
    bool Paused { get; }

    /// <summary>Pauses or resumes all exchanges. Runs that are going end by themselves; runs on demand stay possible.</summary>
    ValueTask<Rejection?> SetPaused(bool paused, CancellationToken cancellationToken);
}
