using MarketManager.Actors.Runs;

namespace MarketManager.Actors.Tests.Harness;

/// <summary>Proves from the events of one entity that its runs are as they must be.</summary>
/// <remarks>
/// No slot that was due is without a start, none has two; no two runs overlap; each run has one outcome; what crashed is
/// owed, and the very next run pays for it, once. It keeps its own books and shares nothing with the code that it judges.
/// </remarks>
internal sealed class RunHistory
{
    private readonly HashSet<Guid> _runs = [];
    private RunEvent.ScheduleSet? _schedule;
    private int _generation;
    private long _next;
    private long _number;
    private RunEvent.Started? _running;
    private Guid? _owed;
    private DateTimeOffset? _ended;

    private RunHistory()
    {
    }

    /// <summary>Throws, and says where, at the first break of a rule.</summary>
    public static void Check(IEnumerable<DomainEvent> history)
    {
        var check = new RunHistory();
        foreach (var e in history)
        {
            check.See(e);
        }
    }

    private void See(DomainEvent e)
    {
        switch (e)
        {
            case RunEvent.ScheduleSet x:
                CheckCut(x.Cut, x.At);
                Require(x.Generation == _generation + 1, $"generation {x.Generation} follows {_generation}");
                (_schedule, _generation, _next) = (x, x.Generation, x.FirstSlot);
                break;
            case RunEvent.ScheduleCleared x:
                Require(_schedule is not null, "a schedule was cleared that was not set");
                CheckCut(x.Cut, x.At);
                _schedule = null;
                break;
            case RunEvent.Started x:
                SeeStart(x);
                break;
            case RunEvent.Ended x:
                SeeEnd(x);
                break;
        }
    }

    // What was due by then and had no start is named, and nothing else.
    private void CheckCut(SlotRange? cut, DateTimeOffset at)
    {
        var last = _schedule is { } s ? (long)Math.Floor((at - s.Anchor) / s.Interval) : -1;
        var expected = _schedule is not null && last >= _next ? new SlotRange(_next, last) : null;
        Require(cut == expected, $"the schedule of generation {_generation} was cut at {cut}, not at {expected}");
    }

    private void SeeStart(RunEvent.Started x)
    {
        Require(_running is null, $"run {x.RunId} began while {_running?.RunId} was going");
        Require(_ended is null || x.At >= _ended, $"run {x.RunId} began at {x.At:O}, before the last one ended at {_ended:O}");
        Require(_runs.Add(x.RunId), $"run {x.RunId} began twice");
        Require(x.Number == _number + 1, $"run {x.RunId} has number {x.Number} after {_number}");
        Require(x.Recovers == _owed, $"run {x.RunId} makes up for {x.Recovers}, but owed is {_owed}");
        Require(x.Trigger is not RunTrigger.Recovery || x.Recovers is not null, $"run {x.RunId} makes up for nothing");
        Require(x.Trigger is RunTrigger.Interval == x.Slot is not null, $"run {x.RunId}, {x.Trigger}, has slot {x.Slot}");
        if (x.Slot is { } slot)
        {
            Require(x.Generation == _generation && _schedule is not null, $"run {x.RunId} is of generation {x.Generation}, not {_generation}");
            Require((x.CoversFrom ?? slot) == _next, $"slot {_next} has no start; the next one is {x.CoversFrom}..{slot}");
            Require(x.Due == _schedule!.Anchor + (slot * _schedule.Interval), $"slot {slot} is not due at {x.Due:O}");
            _next = slot + 1;
        }

        (_running, _number, _owed) = (x, x.Number, null);
    }

    private void SeeEnd(RunEvent.Ended x)
    {
        Require(_running?.RunId == x.RunId, $"run {x.RunId} ended, but {_running?.RunId} was going");
        Require(x.At >= _running!.At, $"run {x.RunId} ended before it began");
        Require(x.Attempts is >= 1 and <= RunReport.MostAttempts, $"run {x.RunId} has {x.Attempts} attempts");
        Require(x.Outcome is RunState.Succeeded == x.Tally is not null, $"run {x.RunId}, {x.Outcome}, has tally {x.Tally}");
        Require(x.Outcome is RunState.Succeeded == x.Error is null, $"run {x.RunId}, {x.Outcome}, has error {x.Error}");
        var isOwed = x.Outcome is RunState.Crashed && _running.Trigger is not RunTrigger.Recovery;
        Require(x.Owes == isOwed, $"run {x.RunId}, {_running.Trigger}, ended {x.Outcome} and is owed: {x.Owes}");
        (_running, _ended, _owed) = (null, x.At, isOwed ? x.RunId : null);
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
