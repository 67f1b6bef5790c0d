namespace MarketManager.Kernel;

/// <summary>What an actor is doing.</summary>
public enum ActorState
{
    /// <summary>An instance of it starts.</summary>
    Starting,

    /// <summary>It waits for a message.</summary>
    Idle,

    /// <summary>It handles a message, the newest of those that it remembers.</summary>
    Handling,

    /// <summary>It failed, and whoever supervises it decides.</summary>
    Suspended,

    /// <summary>It failed, and another instance will start after the backoff.</summary>
    Restarting,

    /// <summary>It ends.</summary>
    Stopping,

    /// <summary>It has ended for good.</summary>
    Stopped,
}

/// <summary>A message that an actor began to handle; never what was in it.</summary>
/// <param name="Type">Its type, such as <c>RunMessage.RunNow</c>.</param>
/// <param name="At">When, UTC.</param>
public sealed record HandledMessage(string Type, DateTimeOffset At);

/// <summary>What an actor failed with.</summary>
/// <param name="Type">The type of the exception.</param>
/// <param name="Message">Its message, cut after a thousand characters.</param>
/// <param name="At">When, UTC.</param>
public sealed record ActorFailure(string Type, string Message, DateTimeOffset At)
{
    private const int LongestMessage = 1000;

    internal static ActorFailure Of(Exception e, DateTimeOffset at) =>
        new(e.GetType().Name, e.Message.Length <= LongestMessage ? e.Message : e.Message[..LongestMessage], at);
}

/// <summary>An actor as it looks from outside: a moment's truth, seen without disturbing it, so that one that hangs is seen too.</summary>
/// <param name="Path">Where it is in the tree.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Mailbox">How many messages wait.</param>
/// <param name="Restarts">How often supervision has restarted it since it was spawned.</param>
/// <param name="Sequence">The number of its last durable event; null where it has none to keep, or no instance now.</param>
/// <param name="LastFailure">The newest; null where it never failed.</param>
/// <param name="Messages">Those that it began to handle last, the newest first; empty unless
/// <see cref="SpawnOptions.RemembersMessages"/> says to keep them.</param>
/// <param name="Children">Those that have not ended, by name.</param>
public sealed record ActorInspection(
    string Path,
    ActorState State,
    int Mailbox,
    int Restarts,
    long? Sequence,
    ActorFailure? LastFailure,
    IReadOnlyList<HandledMessage> Messages,
    IReadOnlyList<ActorInspection> Children);
