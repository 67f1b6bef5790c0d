namespace MarketManager.Actors;

/// <summary>What a pure decision came to: events to keep, or a reason why not. Neither: nothing changes.</summary>
/// <param name="Events">In order; empty where nothing changes or the command was rejected.</param>
/// <param name="Why">Null where the command was accepted.</param>
public sealed record Decision(IReadOnlyList<DomainEvent> Events, Rejection? Why)
{
    /// <summary>Accepted, and nothing changes.</summary>
    public static Decision Nothing { get; } = new([], null);

    /// <summary>Accepted.</summary>
    public static Decision Accept(params IReadOnlyList<DomainEvent> events) => new(events, null);

    /// <summary>Not accepted.</summary>
    public static Decision Reject(Rejection why) => new([], why);
}
