namespace MarketManager.Actors.Runs;

/// <summary>A start that lies ahead.</summary>
/// <param name="Trigger">What brings it about: the interval, or a recovery.</param>
/// <param name="Due">When; may be past.</param>
/// <param name="Generation">Of the slot; null for a recovery.</param>
/// <param name="Slot">Null for a recovery.</param>
public sealed record NextStart(RunTrigger Trigger, DateTimeOffset Due, int? Generation, long? Slot);

/// <summary>When runs begin and how they end: pure decisions over <see cref="RunLife"/>.</summary>
public static class RunDecisions
{
    /// <summary>A failing entity is asked at least this often, unless its interval is longer.</summary>
    public static readonly TimeSpan LongestStretch = TimeSpan.FromSeconds(900);

    /// <summary>A clock may step back by this much before the schedule gets a new anchor.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(1);

    /// <summary>The start that comes next; null while a run is going, or where nothing is due ever.</summary>
    public static NextStart? Next(RunLife life, DateTimeOffset now)
    {
        if (life.Running is not null)
        {
            return null;
        }

        if (life.Debt is { } debt)
        {
            return new NextStart(RunTrigger.Recovery, debt.Since, null, null);
        }

        return life.Schedule is { } schedule && FirstOpenSlot(life, schedule, now) is var slot
            ? new NextStart(RunTrigger.Interval, schedule.At(slot), schedule.Generation, slot)
            : null;
    }

    /// <summary>When the schedule is due next, whatever else is going on; null while the timer is off.</summary>
    public static DateTimeOffset? NextDue(RunLife life, DateTimeOffset now) =>
        life.Debt is { } debt && life.Running is null ? debt.Since
        : life.Schedule is { } schedule ? schedule.At(FirstOpenSlot(life, schedule, now))
        : null;

    /// <summary>The interval while the entity fails: doubled, up to <see cref="LongestStretch"/> or itself.</summary>
    public static TimeSpan StretchedInterval(RunLife life, TimeSpan interval)
    {
        var longest = interval > LongestStretch ? interval : LongestStretch;
        var times = Math.Pow(2, Math.Min(life.Stretch, 30));
        return times < longest / interval ? interval * times : longest; // the product of the two need not be a TimeSpan
    }

    /// <summary>Switches the timer on: the first start is due at once.</summary>
    public static RunEvent.ScheduleSet Enable(RunLife life, TimeSpan interval, DateTimeOffset now) =>
        new(life.Generation + 1, now, interval, 0, CutAt(life, now), now);

    /// <summary>Switches the timer off.</summary>
    public static RunEvent.ScheduleCleared Disable(RunLife life, DateTimeOffset now) => new(CutAt(life, now), now);

    /// <summary>A new interval, counted from the last start; from now where there was none.</summary>
    public static RunEvent.ScheduleSet ChangeInterval(RunLife life, TimeSpan interval, DateTimeOffset now) =>
        life.LastScheduledStart is { } last && last <= now
            ? new(life.Generation + 1, last, interval, 1, CutAt(life, now), now)
            : new(life.Generation + 1, now, interval, life.LastScheduledStart is null ? 0 : 1, CutAt(life, now), now);

    /// <summary>A new anchor where the next start lies further ahead than one interval, because the clock was set back; else null.</summary>
    public static RunEvent.ScheduleSet? Reanchor(RunLife life, DateTimeOffset now) =>
        life.Schedule is { } schedule
        && Next(life, now) is { Slot: not null } next
        && next.Due - now > StretchedInterval(life, schedule.Interval) + ClockTolerance
            ? new(life.Generation + 1, now, schedule.Interval, 1, null, now)
            : null;

    /// <summary>The start that <paramref name="next"/> announced; null where it is no longer the one to make.</summary>
    /// <param name="life">So far.</param>
    /// <param name="next">What the timer was armed for.</param>
    /// <param name="start">What is the same for all starts.</param>
    public static RunEvent.Started? Start(RunLife life, NextStart next, StartContext start)
    {
        if (Next(life, start.Now) is not { } current || current.Trigger != next.Trigger || current.Generation != next.Generation)
        {
            return null;
        }

        if (current.Slot is not { } open)
        {
            return Begin(life, RunTrigger.Recovery, current.Due, start) with { Recovers = life.Debt!.RunId };
        }

        // The timer decides that a slot is due, not the wall clock, which may have stepped; but where the clock is ahead,
        // one start stands for all that is due by now.
        var schedule = life.Schedule!;
        var slot = Math.Max(Math.Max(open, next.Slot ?? open), schedule.LastDueAt(start.Now));
        return Begin(life, RunTrigger.Interval, schedule.At(slot), start) with
        {
            Generation = schedule.Generation,
            Slot = slot,
            CoversFrom = slot > schedule.NextSlot ? schedule.NextSlot : null,
        };
    }

    /// <summary>A start that somebody asked for; it pays a debt that is open. Rejected while a run is going.</summary>
    public static Decision StartOnDemand(RunLife life, StartContext start) =>
        life.Running is { } running
            ? Decision.Reject(new Rejection(
                RejectionKind.AlreadyRunning,
                $"run {running.RunId} has been going since {running.Started:yyyy-MM-ddTHH:mm:ss.fffZ}; wait for it or ask again when it has ended",
                RunId: running.RunId))
            : Decision.Accept(Begin(life, RunTrigger.Demand, start.Now, start) with { Recovers = life.Debt?.RunId });

    /// <summary>The end of the run that is going.</summary>
    /// <remarks>A crash is owed another run, unless the run was itself one that made up for a crash: poison must not loop.</remarks>
    public static RunEvent.Ended End(
        RunInFlight run, RunState outcome, int attempts, RunTally? tally, RunError? error, DateTimeOffset now) => new(
        run.RunId,
        outcome,
        attempts,
        tally,
        error,
        outcome is RunState.Crashed && run.Trigger is not RunTrigger.Recovery,
        now > run.Started ? now : run.Started);

    private static RunEvent.Started Begin(RunLife life, RunTrigger trigger, DateTimeOffset due, StartContext start)
    {
        // A clock that was set back must not let a run begin before the one before it ended, nor at the same instant: run ids
        // sort by it.
        var at = life.Last is { } last
            ? new[] { start.Now, last.Ended, last.Started.AddMilliseconds(1) }.Max()
            : start.Now;
        return new(start.NewRunId(at), life.Number + 1, trigger, null, null, null, due, null, start.MaxRun, start.Node, at);
    }

    // Slots that a run outlasted are skipped; while failing, slots before the stretched interval are, too. A run that ended
    // in the future tells nothing: the clock was set back since.
    private static long FirstOpenSlot(RunLife life, Schedule schedule, DateTimeOffset now)
    {
        var slot = schedule.NextSlot;
        if (life.Last is { } last && last.Ended <= now)
        {
            slot = Math.Max(slot, schedule.FirstNotBefore(last.Ended));
        }

        if (life.Stretch > 0)
        {
            var factor = (long)(StretchedInterval(life, schedule.Interval) / schedule.Interval);
            slot = Math.Max(slot, schedule.NextSlot - 1 + factor);
        }

        return slot;
    }

    private static SlotRange? CutAt(RunLife life, DateTimeOffset now) =>
        life.Schedule is { } schedule && schedule.LastDueAt(now) is var due && due >= schedule.NextSlot
            ? new SlotRange(schedule.NextSlot, due)
            : null;
}

/// <summary>What a start takes from the world.</summary>
/// <param name="Now">The instant, whole milliseconds.</param>
/// <param name="MaxRun">How long the run may take.</param>
/// <param name="Node">Where it runs.</param>
/// <param name="NewRunId">Makes the id from the start.</param>
public sealed record StartContext(DateTimeOffset Now, TimeSpan MaxRun, string Node, Func<DateTimeOffset, Guid> NewRunId);
