using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;

namespace MarketManager.Chaos.Tests.Checking;

/// <summary>What a start that is due comes to.</summary>
internal enum Awaited
{
    /// <summary>Something began, or is not due any more.</summary>
    Start,

    /// <summary>What began has its outcome.</summary>
    Outcome,
}

/// <summary>A start that was due, and for how long nothing was made of it.</summary>
/// <param name="Exchange">Whose.</param>
/// <param name="What">What was waited for.</param>
/// <param name="Due">From when on.</param>
/// <param name="For">Until then, without the time in which no node could reach the store.</param>
internal sealed record Waited(long Exchange, Awaited What, DateTimeOffset Due, TimeSpan For);

/// <summary>How long starts that were due were waited for, and their outcomes: those of slots, and those that a crash owes.</summary>
/// <remarks>By the clocks of nodes. An exchange that has an event from outside the time in which its cluster lived met a clock that
/// was set: of its starts nothing is said. Those that follow a failure are put off on purpose: like those that a client asks for, they
/// are due when they begin.</remarks>
internal static class Punctuality
{
    // Clocks have milliseconds, and the cluster began a little before it was looked at.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    public static IEnumerable<Waited> Of(History history)
    {
        foreach (var exchange in history.Events.GroupBy(recorded => recorded.Exchange))
        {
            var events = exchange.OrderBy(recorded => recorded.Sequence).Select(recorded => recorded.Event).ToList();
            if (history.Lived is not { } lived || events.All(e => e.At > lived.From - Margin && e.At < lived.To + Margin))
            {
                var told = new Told();
                foreach (var e in events)
                {
                    if (e is RunEvent.Started or RunEvent.ScheduleSet or RunEvent.ScheduleCleared or ExchangeEvent.Deleted && told.Due is { } due && due < e.At)
                    {
                        yield return new Waited(exchange.Key, Awaited.Start, due, e.At - due - Excused(history.Excused, due, e.At));
                    }

                    // From the due time on, not from the start: a late start leaves the run less time.
                    if (e is RunEvent.Ended && told.RunDue is { } since)
                    {
                        yield return new Waited(exchange.Key, Awaited.Outcome, since, e.At - since - Excused(history.Excused, since, e.At));
                    }

                    told.Add(e);
                }
            }
        }
    }

    private static TimeSpan Excused(IReadOnlyList<Span> excused, DateTimeOffset from, DateTimeOffset to)
    {
        var time = TimeSpan.Zero;
        foreach (var span in excused.OrderBy(span => span.From))
        {
            var (begin, end) = (span.From > from ? span.From : from, span.To < to ? span.To : to);
            if (end > begin)
            {
                time += end - begin;
                from = end;
            }
        }

        return time;
    }

    private sealed class Told
    {
        private Schedule? _schedule;
        private DateTimeOffset _set;
        private DateTimeOffset _ended;
        private DateTimeOffset? _owedSince;
        private bool _isFailing;

        /// <summary>Since when, or from when on, a start is due; null: none is, or there is no telling when.</summary>
        public DateTimeOffset? Due =>
            RunDue is not null ? null
            : _owedSince is { } owed ? owed
            : _isFailing || _schedule is not { } schedule ? null
            : Later(schedule.At(Math.Max(schedule.NextSlot, schedule.FirstNotBefore(_ended))), _set);

        /// <summary>When the run that goes on was due; null: none goes on.</summary>
        public DateTimeOffset? RunDue { get; private set; }

        public void Add(object e)
        {
            switch (e)
            {
                case ExchangeEvent.Deleted:
                    (_schedule, _owedSince) = (null, null);
                    break;
                case RunEvent.ScheduleSet x:
                    (_schedule, _set) = (new Schedule(x.Generation, x.Anchor, x.Interval, x.FirstSlot), x.At);
                    break;
                case RunEvent.ScheduleCleared:
                    _schedule = null;
                    break;
                case RunEvent.Started x:
                    (RunDue, _owedSince) = (Due is { } due && due < x.At ? due : x.At, null);
                    _schedule = x.Slot is { } slot && _schedule is { } schedule ? schedule with { NextSlot = slot + 1 } : _schedule;
                    break;
                case RunEvent.Ended x:
                    (RunDue, _ended, _owedSince) = (null, x.At, x.Owes ? x.At : null);
                    _isFailing = x.Outcome is not RunState.Succeeded && (_isFailing || !x.Owes);
                    break;
            }
        }

        private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
    }
}
