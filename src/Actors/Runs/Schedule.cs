namespace MarketManager.Actors.Runs;

/// <summary>When runs are due: slot n lies at anchor + n × interval, so that starts never drift.</summary>
/// <param name="Generation">Rises with every new anchor or interval; slots of different generations are not comparable.</param>
/// <param name="Anchor">The instant of slot 0, UTC.</param>
/// <param name="Interval">Between two slots; more than zero.</param>
/// <param name="NextSlot">The first slot that no start stands for yet.</param>
public sealed record Schedule(int Generation, DateTimeOffset Anchor, TimeSpan Interval, long NextSlot)
{
    /// <summary>When a slot is due.</summary>
    public DateTimeOffset At(long slot) => Anchor + (Interval * slot);

    /// <summary>The last slot that is due at an instant; negative before the anchor.</summary>
    public long LastDueAt(DateTimeOffset instant) => Floor((instant - Anchor).Ticks);

    /// <summary>The first slot that is not due before an instant.</summary>
    public long FirstNotBefore(DateTimeOffset instant) => -Floor((Anchor - instant).Ticks);

    private long Floor(long ticks) => Math.DivRem(ticks, Interval.Ticks) is var (slots, rest) && rest < 0 ? slots - 1 : slots;
}

/// <summary>Slots from <paramref name="From"/> to <paramref name="To"/>, both included.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The last.</param>
public sealed record SlotRange(long From, long To);
