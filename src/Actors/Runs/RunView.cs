namespace MarketManager.Actors.Runs;

/// <summary>Why a run was started.</summary>
public enum RunTrigger
{
    /// <summary>A slot of the schedule was due.</summary>
    Interval,

    /// <summary>Somebody asked for it.</summary>
    Demand,

    /// <summary>The run before it died with its process.</summary>
    Recovery,
}

/// <summary>Where a run stands; all but <see cref="Running"/> are final.</summary>
public enum RunState
{
    /// <summary>Going on.</summary>
    Running,

    /// <summary>Brought what it was to bring.</summary>
    Succeeded,

    /// <summary>Ended by an error.</summary>
    Failed,

    /// <summary>Its process or node died or was shut down.</summary>
    Crashed,

    /// <summary>Took longer than it was allowed, and was ended.</summary>
    Stale,

    /// <summary>Ended because its entity was deleted.</summary>
    Cancelled,
}

/// <summary>An error that a person is shown.</summary>
/// <param name="Kind">One of <see cref="ErrorKinds"/>.</param>
/// <param name="Message">A sentence; at most 500 characters; no secrets.</param>
/// <param name="At">When, UTC.</param>
public sealed record RunError(string Kind, string Message, DateTimeOffset At)
{
    private const int LongestMessage = 500;

    /// <summary>An error whose message is cut to what is kept, and its time to milliseconds.</summary>
    public static RunError Of(string kind, string message, DateTimeOffset at) => new(
        kind,
        message.Length <= LongestMessage ? message : string.Concat(message.AsSpan(0, LongestMessage - 1), "…"),
        at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMillisecond)));
}

/// <summary>How much a run brought.</summary>
/// <param name="Markets">Markets that are now kept.</param>
/// <param name="Tickers">Markets that came with prices.</param>
public sealed record RunTally(int Markets, int Tickers);

/// <summary>One run, as it is kept and shown.</summary>
/// <param name="RunId">UUIDv7 of the start, so that ids sort by time.</param>
/// <param name="Exchange">Whose run it is.</param>
/// <param name="Number">Counts the runs of one exchange from 1.</param>
/// <param name="Trigger">Why it was started.</param>
/// <param name="Generation">The schedule's generation; null unless the trigger is the interval.</param>
/// <param name="Slot">The slot that it is the start of; null unless the trigger is the interval.</param>
/// <param name="CoversFrom">The first of the missed slots before it that it stands for; null where none was missed.</param>
/// <param name="Due">When it was to start.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Started">When it started.</param>
/// <param name="Ended">Null while running.</param>
/// <param name="Attempts">How often its child was started, from 1.</param>
/// <param name="Tally">Null unless it succeeded.</param>
/// <param name="Error">Null unless it ended otherwise than by success.</param>
/// <param name="Node">The name of the node that ran it.</param>
/// <param name="Recovers">The crashed run that this one makes up for; else null.</param>
public sealed record RunView(
    Guid RunId,
    long Exchange,
    long Number,
    RunTrigger Trigger,
    int? Generation,
    long? Slot,
    long? CoversFrom,
    DateTimeOffset Due,
    RunState State,
    DateTimeOffset Started,
    DateTimeOffset? Ended,
    int Attempts,
    RunTally? Tally,
    RunError? Error,
    string Node,
    Guid? Recovers);
