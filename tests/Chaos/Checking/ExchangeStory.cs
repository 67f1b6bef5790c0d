using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;

namespace MarketManager.Chaos.Tests.Checking;

/// <summary>A run as the journal has it.</summary>
internal sealed class RunTold(RunEvent.Started started)
{
    public RunEvent.Started Started { get; } = started;

    /// <summary>Null while it goes on.</summary>
    public RunState? Outcome { get; set; }

    /// <summary>Whether another run has to make up for it.</summary>
    public bool Owes { get; set; }
}

/// <summary>
/// One exchange's events, told again by rules of their own: a run at a time, each with one outcome; slots one after the other,
/// none left out and none twice; what a crash owes is paid once. Times of different clocks are not compared.
/// </summary>
internal sealed class ExchangeStory(long exchange)
{
    private readonly List<Violation> _violations = [];
    private readonly Dictionary<Guid, RunTold> _runs = [];
    private readonly Dictionary<int, long> _marks = [];
    private long _sequence;
    private bool _wasDeleted;
    private int _generation;
    private Schedule? _schedule;
    private RunTold? _running;
    private RunTold? _debtor;

    public long Exchange => exchange;

    public IReadOnlyList<Violation> Violations => _violations;

    public IReadOnlyCollection<RunTold> Runs => _runs.Values;

    /// <summary>As they were set last; null where it does not exist any more.</summary>
    public ExchangeSettings? Settings { get; private set; }

    /// <summary>The name it was made with; null: it was not.</summary>
    public string? FirstName { get; private set; }

    public bool WasDeleted => _wasDeleted;

    public RunTold? Run(Guid id) => _runs.GetValueOrDefault(id);

    /// <summary>Where in the journal a mark was written; null: nowhere.</summary>
    public long? PlaceOf(int mark) => _marks.TryGetValue(mark, out var place) ? place : null;

    public void Add(Recorded recorded)
    {
        Expect(recorded.Sequence == _sequence + 1, "sequence", $"event {recorded.Sequence} follows {_sequence}");
        _sequence = recorded.Sequence;
        Expect(!_wasDeleted, "after-deletion", $"event {recorded.Sequence} is {recorded.Event.GetType().Name}");
        Expect(FirstName is not null || recorded.Event is ExchangeEvent.Created, "before-creation", $"event {recorded.Sequence} is {recorded.Event.GetType().Name}");
        switch (recorded.Event)
        {
            case ExchangeEvent.Created x:
                Expect(FirstName is null, "created-twice", $"by event {recorded.Sequence}");
                FirstName = x.Settings.Name;
                Set(x.Settings);
                break;
            case ExchangeEvent.Configured x:
                Set(x.Settings);
                break;
            case ExchangeEvent.Deleted:
                Expect(_running is null, "deleted-while-running", $"run {_running?.Started.RunId}");
                (_wasDeleted, Settings, _schedule, _debtor) = (true, null, null, null);
                break;
            case RunEvent.ScheduleSet x:
                Expect(x.Generation == _generation + 1, "generation", $"{x.Generation} follows {_generation}");
                CheckCut(x.Cut, x.At);
                _generation = x.Generation;
                _schedule = new Schedule(x.Generation, x.Anchor, x.Interval, x.FirstSlot);
                break;
            case RunEvent.ScheduleCleared x:
                CheckCut(x.Cut, x.At);
                _schedule = null;
                break;
            case RunEvent.Started x:
                Start(x);
                break;
            case RunEvent.Ended x:
                End(x);
                break;
        }
    }

    /// <summary>Nothing follows.</summary>
    public void End(bool isQuiet)
    {
        if (isQuiet)
        {
            Expect(_running is null, "no-outcome", $"run {_running?.Started.RunId} of {_running?.Started.At:O} on {_running?.Started.Node}");
            Expect(_debtor is null, "debt-unpaid", $"run {_debtor?.Started.RunId} crashed, and nothing made up for it");
        }
    }

    private void Set(ExchangeSettings settings)
    {
        if (Marks.Of(settings.Url) is { } mark && mark != Marks.Of(Settings?.Url))
        {
            Expect(_marks.TryAdd(mark, _sequence), "mark-twice", $"mark {mark} was written by events {_marks.GetValueOrDefault(mark)} and {_sequence}");
        }

        Settings = settings;
    }

    private void Start(RunEvent.Started x)
    {
        Expect(_running is null, "overlap", $"run {x.RunId} began while {_running?.Started.RunId} was going on");
        Expect(x.Number == _runs.Count + 1, "run-number", $"{x.Number} follows {_runs.Count}");
        Expect(Settings is not null, "run-of-nothing", $"run {x.RunId}");
        Expect(x.Recovers == _debtor?.Started.RunId, "debt", $"run {x.RunId} makes up for {x.Recovers}, while {_debtor?.Started.RunId} is owed");
        Expect(_runs.TryAdd(x.RunId, _running = new RunTold(x)), "run-twice", $"run {x.RunId}");
        _debtor = null;
        if (x.Trigger is RunTrigger.Interval)
        {
            CheckSlot(x);
        }
        else
        {
            Expect(x.Slot is null && x.CoversFrom is null, "slot", $"run {x.RunId}, of no schedule, has slot {x.Slot}");
        }
    }

    private void CheckSlot(RunEvent.Started x)
    {
        if (_schedule is not { } schedule || x.Slot is not { } slot)
        {
            Expect(false, "slot", $"run {x.RunId} has slot {x.Slot}, the schedule is {_schedule}");
            return;
        }

        Expect(x.Generation == schedule.Generation, "slot", $"run {x.RunId} is of generation {x.Generation}, now is {schedule.Generation}");
        Expect(
            (x.CoversFrom ?? slot) == schedule.NextSlot && slot >= schedule.NextSlot,
            "slot",
            $"run {x.RunId} stands for slots {x.CoversFrom ?? slot} to {slot} of generation {x.Generation}, the next is {schedule.NextSlot}");
        _schedule = schedule with { NextSlot = slot + 1 };
    }

    // Slots that a schedule leaves behind are named; by the clock of the very event.
    private void CheckCut(SlotRange? cut, DateTimeOffset at)
    {
        var due = _schedule is { } schedule && schedule.LastDueAt(at) is var last && last >= schedule.NextSlot ? new SlotRange(schedule.NextSlot, last) : null;
        Expect(cut == due, "cut", $"event {_sequence} cuts {cut}, due and not started are {due}");
    }

    private void End(RunEvent.Ended x)
    {
        if (_running is not { } run || run.Started.RunId != x.RunId)
        {
            Expect(false, "outcome-twice", $"run {x.RunId} ended as {x.Outcome} while {_running?.Started.RunId} was going on");
            return;
        }

        Expect(x.Outcome is not RunState.Running, "outcome", $"run {x.RunId} ended as {x.Outcome}");
        var owes = x.Outcome is RunState.Crashed && run.Started.Trigger is not RunTrigger.Recovery;
        Expect(x.Owes == owes, "debt", $"run {x.RunId}, {run.Started.Trigger}, ended as {x.Outcome} and owes: {x.Owes}");
        (run.Outcome, run.Owes, _running) = (x.Outcome, x.Owes, null);
        _debtor = x.Owes ? run : null;
    }

    private void Expect(bool holds, string rule, string found)
    {
        if (!holds)
        {
            _violations.Add(new Violation(rule, $"exchange {exchange}: {found}"));
        }
    }
}
