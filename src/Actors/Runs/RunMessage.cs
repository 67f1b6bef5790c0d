using MarketManager.Actors.Idempotency;
using MarketManager.Kernel;

namespace MarketManager.Actors.Runs;

/// <summary>What is sent to an actor whose life consists of runs.</summary>
public abstract record RunMessage : EntityMessage
{
    /// <summary>Start a run now.</summary>
    /// <param name="Key">Null where the request carried none.</param>
    /// <param name="Reply">The run, or why not.</param>
    public sealed record RunNow(IdempotencyKey? Key, ReplyTo<Answer<RunView>> Reply) : RunMessage;

    /// <summary>Tell when a run has ended.</summary>
    /// <param name="RunId">Which.</param>
    /// <param name="Reply">The ended run, or null at once where it is not going or too many wait already.</param>
    public sealed record AwaitEnd(Guid RunId, ReplyTo<RunView?> Reply) : RunMessage;

    /// <summary>Hold back, or no longer, what the schedule brings about.</summary>
    /// <param name="Paused">True holds back.</param>
    public sealed record SetPaused(bool Paused) : RunMessage;

    /// <summary>Start nothing more, and see the run that is going to its end or cut it short. It still answers until it is stopped.</summary>
    /// <param name="Patience">How long the run may still take.</param>
    /// <param name="Why">Why it may not take longer, in the past tense: what is said of a run that is cut short.</param>
    /// <param name="Reply">Told when no run is going.</param>
    public sealed record Leave(TimeSpan Patience, string Why, ReplyTo<bool> Reply) : RunMessage;

    /// <summary>A child began an attempt.</summary>
    /// <param name="RunId">Of which run.</param>
    /// <param name="Attempt">From 1.</param>
    public sealed record AttemptStarted(Guid RunId, int Attempt) : RunMessage;

    /// <summary>A child is gone for good, with all that it had under way.</summary>
    /// <param name="RunId">Of which run.</param>
    /// <param name="Reason">What it died of; null where it stopped by itself or was stopped.</param>
    internal sealed record ChildGone(Guid RunId, Exception? Reason) : RunMessage;

    /// <summary>The timer of the next start.</summary>
    /// <param name="Next">What it was armed for.</param>
    internal sealed record StartDue(NextStart Next) : RunMessage;

    /// <summary>The run has taken as long as it may.</summary>
    /// <param name="RunId">Which.</param>
    internal sealed record Overdue(Guid RunId) : RunMessage;

    /// <summary>Patience with a run is over, because the node leaves.</summary>
    internal sealed record LeaveNow : RunMessage;

    /// <summary>The store failed to take the end of the run, or of the entity: once more.</summary>
    internal sealed record KeepEndAgain : RunMessage;

    /// <summary>The store failed to take a new anchor: once more.</summary>
    internal sealed record ArmAgain : RunMessage;
}

/// <summary>What the child of one run leaves behind, whatever instance of it.</summary>
/// <remarks>
/// Not a message: a mailbox may be full, and what a run brought must not be dropped. Written by one child at a time, read by
/// its parent only once the child is gone.
/// </remarks>
public sealed class RunReport
{
    /// <summary>How often the work may be begun within one run.</summary>
    public const int MostAttempts = 3;

    /// <summary>How often the work was begun.</summary>
    public int Attempts { get; set; }

    /// <summary>What the entity knows how to keep; null unless the work succeeded.</summary>
    public object? Result { get; set; }

    /// <summary>Why the child gave up; null where it did not.</summary>
    public RunError? Error { get; set; }
}
