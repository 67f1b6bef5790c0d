using MarketManager.Actors;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;
using MarketManager.Chaos.Tests.Checking;
using Xunit;

namespace MarketManager.Chaos.Tests;

/// <summary>The checker finds each thing that must not be, in a history that is else as it should be.</summary>
public sealed class CheckerTests
{
    private const long Exchange = 1;

    private static readonly DateTimeOffset Start = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid First = Id(1), Second = Id(2), Third = Id(3);
    private static readonly TimeSpan Second1 = TimeSpan.FromSeconds(1);

    [Fact]
    public void Good_history_has_no_violation() => Assert.Empty(Checker.Check(Good()));

    [Fact]
    public void Event_that_is_missing_is_found() =>
        Finds("sequence", Good() with { Events = [.. Good().Events.Where(recorded => recorded.Sequence != 8)] });

    [Fact]
    public void Event_that_is_there_twice_is_found() => Finds("sequence", Good() with { Events = [.. Good().Events, Good().Events[3]] });

    [Fact]
    public void Run_that_begins_while_another_one_goes_on_is_found() => Finds("overlap", Good(events => events.RemoveAt(3)));

    [Fact]
    public void Run_without_an_outcome_is_found() => Finds("no-outcome", Good(events => events.RemoveAt(events.Count - 1)));

    [Fact]
    public void Run_with_two_outcomes_is_found() => Finds("outcome-twice", Good(events => events.Insert(4, events[3])));

    [Fact]
    public void Run_that_begins_twice_is_found() => Finds("run-twice", Good(events => events.InsertRange(4, events.GetRange(2, 2))));

    [Fact]
    public void Crash_that_nothing_makes_up_for_is_found() => Finds("debt-unpaid", Good(events => events.RemoveRange(6, 2)));

    [Fact]
    public void Run_that_makes_up_for_nothing_that_is_owed_is_found() =>
        Finds("debt", Good(events => events[6] = Started(Third, 3, RunTrigger.Recovery, recovers: First)));

    [Fact]
    public void Crash_that_is_said_to_owe_nothing_is_found() =>
        Finds("debt", Good(events => events[5] = Ended(Second, RunState.Crashed, owes: false)));

    [Fact]
    public void Slot_that_no_start_stands_for_is_found() =>
        Finds("slot", Good(events => events[4] = Started(Second, 2, RunTrigger.Interval, slot: 2)));

    [Fact]
    public void Slot_that_two_starts_stand_for_is_found() =>
        Finds("slot", Good(events => events[4] = Started(Second, 2, RunTrigger.Interval, slot: 2, from: 0)));

    [Fact]
    public void Slots_that_a_start_covers_are_not_missing() =>
        Assert.DoesNotContain(Checker.Check(Good(events => events[4] = Started(Second, 2, RunTrigger.Interval, slot: 2, from: 1))), v => v.Rule == "slot");

    [Fact]
    public void Slots_that_a_new_schedule_leaves_out_unnamed_are_found() => Finds(
        "cut", Good(events => events.Add(new RunEvent.ScheduleSet(2, Start.AddSeconds(9), Second1, 0, null, Start.AddSeconds(9)))));

    [Fact]
    public void Run_that_is_shown_otherwise_than_it_ended_is_found() =>
        Finds("run-row", Good() with { Runs = [.. Good().Runs.Select(run => run with { State = "failed" })] });

    [Fact]
    public void Run_that_is_not_shown_is_found() => Finds("run-row", Good() with { Runs = [.. Good().Runs.Skip(1)] });

    [Fact]
    public void Exchange_that_is_shown_otherwise_than_it_was_set_is_found() =>
        Finds("exchange-row", Good() with { Exchanges = [Good().Exchanges[0] with { Interval = 7 }] });

    [Fact]
    public void Exchange_that_is_shown_after_its_deletion_is_found() =>
        Finds("exchange-row", Good(events => events.Add(new ExchangeEvent.Deleted(Start.AddSeconds(9)))));

    [Fact]
    public void Creation_that_was_acknowledged_and_is_not_there_is_found() =>
        Finds("creation-lost", With(new Operation.Creation(At(0), At(1), "other", 2, Fate.Acknowledged)));

    [Fact]
    public void Creation_that_was_refused_and_is_there_is_found() =>
        Finds("refused-done", With(new Operation.Creation(At(0), At(1), "mine", null, Fate.Refused)));

    [Fact]
    public void Creation_that_was_made_twice_is_found() => Finds("creation-twice", Good() with
    {
        Events = [.. Good().Events, new Recorded(2, 1, new ExchangeEvent.Created(2, "default", "mine-2", "sim", Settings(0), Start))],
        Exchanges = [.. Good().Exchanges, new ExchangeRow(2, "mine", true, 1, Marks.Url(0))],
        Operations = [new Operation.Creation(At(0), At(1), "mine", 1, Fate.Acknowledged)],
    });

    [Fact]
    public void Change_that_was_acknowledged_and_is_not_there_is_found() =>
        Finds("change-lost", With(new Operation.Change(At(0), At(1), Exchange, 2, Fate.Acknowledged)));

    [Fact]
    public void Change_that_was_refused_and_is_there_is_found() =>
        Finds("refused-done", With(new Operation.Change(At(0), At(1), Exchange, 1, Fate.Refused)));

    [Fact]
    public void Change_that_was_made_twice_is_found() => Finds("mark-twice", Good(events =>
    {
        events.Add(new ExchangeEvent.Configured(Settings(2), Start));
        events.Add(new ExchangeEvent.Configured(Settings(1), Start));
    }));

    [Fact]
    public void Change_whose_fate_is_unknown_may_be_there_or_not() => Assert.Empty(Checker.Check(With(
        new Operation.Change(At(0), At(1), Exchange, 1, Fate.Unknown), new Operation.Change(At(0), At(1), Exchange, 2, Fate.Unknown))));

    [Fact]
    public void Deletion_that_was_acknowledged_and_is_not_there_is_found() =>
        Finds("deletion-lost", With(new Operation.Deletion(At(0), At(1), Exchange, Fate.Acknowledged)));

    [Fact]
    public void Deletion_that_nobody_asked_for_is_found() =>
        Finds("deleted-unasked", Good(events => events.Add(new ExchangeEvent.Deleted(Start.AddSeconds(9)))) with { Exchanges = [] });

    [Fact]
    public void Run_that_was_accepted_and_is_not_there_is_found() =>
        Finds("run-lost", With(new Operation.Demand(At(0), At(1), Exchange, Id(9), Fate.Acknowledged)));

    [Fact]
    public void Reading_of_what_was_changed_before_is_found() => Finds("stale-reading", With(
        new Operation.Change(At(0), At(1), Exchange, 1, Fate.Acknowledged), new Operation.Reading(At(2), At(3), Exchange, 0)));

    [Fact]
    public void Reading_while_a_change_is_under_way_may_show_either() => Assert.Empty(Checker.Check(With(
        new Operation.Change(At(0), At(2), Exchange, 1, Fate.Acknowledged), new Operation.Reading(At(1), At(3), Exchange, 0),
        new Operation.Reading(At(1), At(3), Exchange, 1))));

    [Fact]
    public void Reading_that_finds_nothing_where_something_is_is_found() =>
        Finds("reading-missed", With(new Operation.Reading(At(2), At(3), Exchange, null)));

    [Fact]
    public void Two_answers_under_one_key_are_found() =>
        Finds("repetition", With(new Operation.Repetition(At(0), At(1), "key", "201 a", "201 b")));

    [Fact]
    public void Odd_answer_is_found() => Finds("odd-answer", With(new Operation.Oddity(At(0), At(1), "500")));

    [Fact]
    public void Epoch_that_falls_is_found() =>
        Finds("epoch-falls", Good() with { Shards = [new("gather", 1, First, 5), new("gather", 1, Second, 4)] });

    [Fact]
    public void Owner_that_changes_within_an_epoch_is_found() =>
        Finds("epoch-stays", Good() with { Shards = [new("gather", 1, First, 5), new("gather", 1, Second, 5)] });

    [Fact]
    public void Run_that_goes_on_for_too_long_is_found() => Finds(
        "run-too-long", Good() with { LongestRun = Second1, Running = [new RunSeen(First, Exchange, 2 * Second1)] });

    [Fact]
    public void Start_that_comes_late_is_found() => Finds("started-late", Late(4));

    [Fact]
    public void Start_that_a_crash_owes_and_that_comes_late_is_found() => Finds("started-late", Late(6));

    [Fact]
    public void Start_that_nobody_could_write_is_not_late() => Assert.Empty(Checker.Check(
        Late(4) with { Excused = [new Span(Start.AddSeconds(8), Start.AddSeconds(15)), new Span(Start.AddSeconds(2), Start.AddSeconds(9))] }));

    [Fact]
    public void Outcome_that_is_late_though_neither_the_start_nor_the_run_is_too_long_is_found() =>
        Assert.Equal(["outcome-late"], Checker.Check(LateTwice()).Select(violation => violation.Rule));

    [Fact]
    public void Outcome_that_nobody_could_write_is_not_late() =>
        Assert.Empty(Checker.Check(LateTwice() with { Excused = [new Span(Start.AddSeconds(10), Start.AddSeconds(13))] }));

    [Fact]
    public void Start_by_a_clock_that_was_set_is_not_late() =>
        Assert.Empty(Checker.Check(Late(4, 3600) with { Lived = new Span(Start.AddMinutes(-1), Start.AddMinutes(1)) }));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Markets_of_another_run_than_the_newest_that_succeeded_are_found(long run) =>
        Finds("stale-markets", Good() with { Markets = [new MarketsRow(Exchange, run)] });

    [Fact]
    public void Markets_that_are_not_shown_are_found() => Finds("stale-markets", Good() with { Markets = [] });

    [Fact]
    public void Markets_of_what_does_not_exist_are_found() =>
        Finds("stale-markets", Good() with { Markets = [new MarketsRow(Exchange, 3), new MarketsRow(2, 1)] });

    // The start at a place comes so many seconds after all that was before it.
    private static History Late(int place, int seconds = 20) =>
        Good(events => Delay(events, place, seconds)) with { LongestWait = TimeSpan.FromSeconds(11) };

    // Slot 1, due after 1 s, begins 6 s late, and its run takes 7 s.
    private static History LateTwice() => Good(events =>
    {
        Delay(events, 4, 7);
        Delay(events, 5, 14);
    }) with
    { LongestRun = TimeSpan.FromSeconds(11), LongestWait = TimeSpan.FromSeconds(11), Running = [new RunSeen(Second, Exchange, TimeSpan.FromSeconds(7))] };

    private static void Delay(List<DomainEvent> events, int place, int seconds)
    {
        for (var i = place; i < events.Count; i++)
        {
            events[i] = events[i] with { At = Start.AddSeconds(seconds) };
        }
    }

    private static void Finds(string rule, History history) => Assert.Contains(Checker.Check(history), violation => violation.Rule == rule);

    private static History With(params Operation[] operations) => Good() with { Operations = operations };

    /// <summary>One scheduled run that succeeds, one that crashes, one that makes up for it, and a change.</summary>
    private static History Good(Action<List<DomainEvent>>? alter = null)
    {
        List<DomainEvent> events =
        [
            new ExchangeEvent.Created(Exchange, "default", "mine", "sim", Settings(0), Start),
            new RunEvent.ScheduleSet(1, Start, Second1, 0, null, Start),
            Started(First, 1, RunTrigger.Interval, slot: 0),
            Ended(First, RunState.Succeeded, owes: false),
            Started(Second, 2, RunTrigger.Interval, slot: 1),
            Ended(Second, RunState.Crashed, owes: true),
            Started(Third, 3, RunTrigger.Recovery, recovers: Second),
            new ExchangeEvent.Configured(Settings(1), Start),
            Ended(Third, RunState.Succeeded, owes: false),
        ];
        alter?.Invoke(events);
        return new History
        {
            Events = [.. events.Select((e, i) => new Recorded(Exchange, i + 1, e))],
            Runs =
            [
                new RunRow(First, Exchange, 1, "interval", 0, "succeeded", null),
                new RunRow(Second, Exchange, 2, "interval", 1, "crashed", null),
                new RunRow(Third, Exchange, 3, "recovery", null, "succeeded", Second),
            ],
            Exchanges = [new ExchangeRow(Exchange, "mine", true, 1, Marks.Url(1))],
            Markets = [new MarketsRow(Exchange, 3)],
            IsQuiet = true,
        };
    }

    private static RunEvent.Started Started(
        Guid run, long number, RunTrigger trigger, long? slot = null, long? from = null, Guid? recovers = null) => new(
        run, number, trigger, slot is null ? null : 1, slot, from, Start, recovers, TimeSpan.FromSeconds(8), "n1", Start);

    private static RunEvent.Ended Ended(Guid run, RunState outcome, bool owes) => new(run, outcome, 1, null, null, owes, Start);

    private static ExchangeSettings Settings(int mark) => new("mine", true, 1, null, Marks.Url(mark), null, "{}");

    private static Guid Id(byte number) => new(number, 0, 0, new byte[8]);

    private static TimeSpan At(int second) => TimeSpan.FromSeconds(second);
}
