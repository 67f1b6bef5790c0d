namespace MarketManager.Actors.Runs;

/// <summary>A run that is going.</summary>
/// <param name="RunId">UUIDv7 of the start.</param>
/// <param name="Number">Counts from 1.</param>
/// <param name="Trigger">Why.</param>
/// <param name="Generation">Of the slot; null unless the trigger is the interval.</param>
/// <param name="Slot">Null unless the trigger is the interval.</param>
/// <param name="CoversFrom">Null where no slot was missed.</param>
/// <param name="Due">When it was to begin.</param>
/// <param name="Recovers">Null where it makes up for none.</param>
/// <param name="MaxRun">How long it may take.</param>
/// <param name="Node">Where it runs.</param>
/// <param name="Started">When it began.</param>
public sealed record RunInFlight(
    Guid RunId,
    long Number,
    RunTrigger Trigger,
    int? Generation,
    long? Slot,
    long? CoversFrom,
    DateTimeOffset Due,
    Guid? Recovers,
    TimeSpan MaxRun,
    string Node,
    DateTimeOffset Started)
{
    /// <summary>The run as it is shown while it goes on.</summary>
    public RunView View(long exchange, int attempts) => new(
        RunId, exchange, Number, Trigger, Generation, Slot, CoversFrom, Due, RunState.Running, Started, null, attempts, null, null,
        Node, Recovers);
}

/// <summary>A crashed run that another one has to make up for.</summary>
/// <param name="RunId">The one that crashed.</param>
/// <param name="Since">When it ended.</param>
public sealed record RunDebt(Guid RunId, DateTimeOffset Since);

/// <summary>The newest run that has ended.</summary>
/// <param name="RunId">Which.</param>
/// <param name="Started">When it began.</param>
/// <param name="Ended">When it ended.</param>
/// <param name="Outcome">How.</param>
public sealed record EndedRun(Guid RunId, DateTimeOffset Started, DateTimeOffset Ended, RunState Outcome);

/// <summary>The life of an entity that runs on an interval, folded from its <see cref="RunEvent"/>s.</summary>
public sealed record RunLife
{
    /// <summary>From this many failures in a row on, an entity is failing.</summary>
    public const int FailuresUntilFailing = 3;

    /// <summary>Before anything happened.</summary>
    public static RunLife Unborn { get; } = new();

    /// <summary>Null while the timer is off.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>The last generation of a schedule; 0 before the first.</summary>
    public int Generation { get; init; }

    /// <summary>The number of the newest run; 0 before the first.</summary>
    public long Number { get; init; }

    /// <summary>Null while none is going.</summary>
    public RunInFlight? Running { get; init; }

    /// <summary>Null where nothing is owed.</summary>
    public RunDebt? Debt { get; init; }

    /// <summary>Null before the first has ended.</summary>
    public EndedRun? Last { get; init; }

    /// <summary>The newest start that the schedule or a recovery brought about; a new interval counts from it.</summary>
    public DateTimeOffset? LastScheduledStart { get; init; }

    /// <summary>When a run last succeeded; null before.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>Runs in a row that did not succeed.</summary>
    public int ConsecutiveFailures { get; init; }

    /// <summary>How often the interval is doubled while failing.</summary>
    public int Stretch { get; init; }

    /// <summary>Stays after a success; null before the first error.</summary>
    public RunError? LastError { get; init; }

    /// <summary>The life after an event.</summary>
    public RunLife Apply(RunEvent e) => e switch
    {
        RunEvent.ScheduleSet x => this with
        {
            Generation = x.Generation,
            Schedule = new Schedule(x.Generation, x.Anchor, x.Interval, x.FirstSlot),
        },
        RunEvent.ScheduleCleared => this with { Schedule = null },
        RunEvent.Started x => this with
        {
            Number = x.Number,
            Running = new RunInFlight(
                x.RunId, x.Number, x.Trigger, x.Generation, x.Slot, x.CoversFrom, x.Due, x.Recovers, x.MaxRun, x.Node, x.At),
            Debt = x.Recovers is null ? Debt : null,
            Schedule = x.Slot is { } slot && Schedule is { } schedule && schedule.Generation == x.Generation
                ? schedule with { NextSlot = slot + 1 }
                : Schedule,
            LastScheduledStart = x.Trigger is RunTrigger.Demand ? LastScheduledStart : x.At,
            Stretch = x.Trigger is RunTrigger.Demand ? 0 : Stretch,
        },
        RunEvent.Ended x => Ended(x),
        RunEvent.StretchEnded => this with { Stretch = 0 },
        _ => throw new Kernel.UnknownEventException(e.GetType().Name, 0),
    };

    private RunLife Ended(RunEvent.Ended x)
    {
        var ended = this with
        {
            Running = null,
            Last = new EndedRun(x.RunId, Running?.Started ?? x.At, x.At, x.Outcome),
            Debt = x.Owes ? new RunDebt(x.RunId, x.At) : Debt,
            LastError = x.Error ?? LastError,
        };
        if (x.Outcome is RunState.Succeeded)
        {
            return ended with { LastSuccess = x.At, ConsecutiveFailures = 0, Stretch = 0 };
        }

        var failures = ConsecutiveFailures + 1;
        return ended with { ConsecutiveFailures = failures, Stretch = failures < FailuresUntilFailing ? 0 : Stretch + 1 };
    }
}
