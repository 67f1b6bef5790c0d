using MarketManager.Kernel;

namespace MarketManager.Actors.Exchanges;

/// <summary>What is sent to the parent of all exchanges.</summary>
public abstract record ExchangesMessage
{
    /// <summary>Make the actor of an exchange that does not exist yet.</summary>
    /// <param name="Id">A new id.</param>
    /// <param name="Reply">The actor.</param>
    public sealed record Open(long Id, ReplyTo<ActorRef<EntityMessage>> Reply) : ExchangesMessage;

    /// <summary>Hold back, or no longer, what schedules bring about.</summary>
    /// <param name="Paused">True holds back.</param>
    /// <param name="Reply">Told when all exchanges have been told.</param>
    public sealed record SetPaused(bool Paused, ReplyTo<bool> Reply) : ExchangesMessage;

    /// <summary>Some exchanges could not be told of a pause, or its end, because their mailboxes were full: once more.</summary>
    /// <param name="Exchanges">Which.</param>
    internal sealed record TellPausedAgain(IReadOnlyList<ActorRef<EntityMessage>> Exchanges) : ExchangesMessage;

    /// <summary>An exchange's actor ended.</summary>
    /// <param name="Id">Whose.</param>
    /// <param name="Reason">Null where it stopped as it should.</param>
    internal sealed record Gone(long Id, Exception? Reason) : ExchangesMessage;
}
