namespace MarketManager.Actors.Runs;

/// <summary>What happens in the life of an entity that runs on an interval.</summary>
/// <param name="At">When, UTC.</param>
public abstract record RunEvent(DateTimeOffset At) : DomainEvent(At)
{
    /// <summary>The timer was switched on, or got another anchor or interval.</summary>
    /// <param name="Generation">One more than the last.</param>
    /// <param name="Anchor">The instant of slot 0.</param>
    /// <param name="Interval">Between two slots.</param>
    /// <param name="FirstSlot">The first slot to be started.</param>
    /// <param name="Cut">Slots of the generation before that were due and got no start; null where there are none.</param>
    /// <param name="At">When.</param>
    public sealed record ScheduleSet(
        int Generation, DateTimeOffset Anchor, TimeSpan Interval, long FirstSlot, SlotRange? Cut, DateTimeOffset At) : RunEvent(At);

    /// <summary>The timer was switched off.</summary>
    /// <param name="Cut">Slots that were due and got no start; null where there are none.</param>
    /// <param name="At">When.</param>
    public sealed record ScheduleCleared(SlotRange? Cut, DateTimeOffset At) : RunEvent(At);

    /// <summary>A run began.</summary>
    /// <param name="RunId">UUIDv7 of the start.</param>
    /// <param name="Number">Counts from 1.</param>
    /// <param name="Trigger">Why.</param>
    /// <param name="Generation">Of the slot; null unless the trigger is the interval.</param>
    /// <param name="Slot">The slot that this is the start of; null unless the trigger is the interval.</param>
    /// <param name="CoversFrom">The first missed slot that this start stands for as well; null where none was missed.</param>
    /// <param name="Due">When it was to begin.</param>
    /// <param name="Recovers">The crashed run that this one makes up for; null where there is none.</param>
    /// <param name="MaxRun">How long it may take.</param>
    /// <param name="Node">Where it runs.</param>
    /// <param name="At">When it began.</param>
    public sealed record Started(
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
        DateTimeOffset At) : RunEvent(At);

    /// <summary>The run ended; its one outcome.</summary>
    /// <param name="RunId">Which.</param>
    /// <param name="Outcome">Any but running.</param>
    /// <param name="Attempts">How often its child was started.</param>
    /// <param name="Tally">What it brought; null unless it succeeded.</param>
    /// <param name="Error">Null if it succeeded.</param>
    /// <param name="Owes">True where another run has to make up for it.</param>
    /// <param name="At">When.</param>
    public sealed record Ended(
        Guid RunId, RunState Outcome, int Attempts, RunTally? Tally, RunError? Error, bool Owes, DateTimeOffset At) : RunEvent(At);

    /// <summary>Somebody looked after a failing entity: the interval is no longer stretched.</summary>
    /// <param name="At">When.</param>
    public sealed record StretchEnded(DateTimeOffset At) : RunEvent(At);
}
