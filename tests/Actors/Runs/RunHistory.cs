using MarketManager.Actors.Runs;

namespace MarketManager.Actors.Tests.Runs;

/// <summary>Proves from a history of events that no slot was missed and none was started twice.</summary>
internal static class RunHistory
{
    /// <summary>Throws, and says where, at the first break of a rule.</summary>
    public static void Check(IEnumerable<DomainEvent> history)
    {
        var (generation, next) = (0, 0L);
        RunEvent.Started? running = null;
        var owed = new HashSet<Guid>();
        DateTimeOffset? ended = null;
        foreach (var e in history)
        {
            switch (e)
            {
                case RunEvent.ScheduleSet x:
                    Require(x.Generation == generation + 1, $"generation {x.Generation} follows {generation}");
                    Require(x.Cut is null || x.Cut.From == next, $"slots from {next} on were neither started nor cut off: {x.Cut}");
                    (generation, next) = (x.Generation, x.FirstSlot);
                    break;
                case RunEvent.ScheduleCleared x:
                    Require(x.Cut is null || x.Cut.From == next, $"slots from {next} on were neither started nor cut off: {x.Cut}");
                    break;
                case RunEvent.Started x:
                    Require(running is null, $"run {x.RunId} began while {running?.RunId} was going");
                    Require(ended is null || x.At >= ended, $"run {x.RunId} began at {x.At:O}, before the last one ended at {ended:O}");
                    if (x.Slot is { } slot)
                    {
                        Require(x.Generation == generation, $"run {x.RunId} is of generation {x.Generation}, not {generation}");
                        Require((x.CoversFrom ?? slot) == next, $"slot {next} has no start; the next one is {x.CoversFrom}..{slot}");
                        next = slot + 1;
                    }

                    Require(x.Recovers is not { } recovers || owed.Remove(recovers), $"run {x.RunId} makes up for {x.Recovers}, which is not owed");
                    running = x;
                    break;
                case RunEvent.Ended x:
                    Require(running?.RunId == x.RunId, $"run {x.RunId} ended, but {running?.RunId} was going");
                    Require(x.At >= running!.At, $"run {x.RunId} ended before it began");
                    Require(!x.Owes || running.Trigger is not RunTrigger.Recovery, $"run {x.RunId} made up for a crash and is owed again");
                    if (x.Owes)
                    {
                        owed.Add(x.RunId);
                    }

                    (running, ended) = (null, x.At);
                    break;
            }
        }
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
