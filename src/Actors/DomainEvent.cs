namespace MarketManager.Actors;

/// <summary>Something that happened to an entity; the base of every event in the journal.</summary>
/// <param name="At">When, UTC. Replay reads time from here and from nowhere else.</param>
public abstract record DomainEvent(DateTimeOffset At);
