using MarketManager.Kernel;

namespace MarketManager.Actors.Exchanges;

/// <summary>What is sent to the parent of all exchanges.</summary>
public abstract record ExchangesMessage
{
    /// <summary>Take over the exchanges of some shards.</summary>
    /// <param name="Journals">Through which the actors of each shard write.</param>
    /// <param name="Recovered">The exchanges of these shards, as the journal has them.</param>
    /// <param name="Failures">Those that could not be recovered.</param>
    /// <param name="Reply">Told when all have been spawned.</param>
    internal sealed record OpenShards(
        IReadOnlyDictionary<int, IJournal> Journals,
        IReadOnlyDictionary<long, Recovered<ExchangeState>> Recovered,
        IReadOnlyList<RecoveryFailure> Failures,
        ReplyTo<bool> Reply) : ExchangesMessage;

    /// <summary>Take no new exchange in some shards; those that are there go on.</summary>
    /// <param name="Shards">Which.</param>
    /// <param name="Reply">Told when done: from then on no further actor turns up in them.</param>
    internal sealed record SealShards(IReadOnlyCollection<int> Shards, ReplyTo<bool> Reply) : ExchangesMessage;

    /// <summary>Make the actor of an exchange that does not exist yet, or give the one that does.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Reply">The actor; null where its shard is not, or soon will not be, this node's.</param>
    public sealed record Open(long Id, ReplyTo<ActorRef<EntityMessage>?> Reply) : ExchangesMessage;

    /// <summary>Hold back, or no longer, what schedules bring about.</summary>
    /// <param name="Paused">True holds back.</param>
    /// <param name="Reply">Told when all exchanges have been told.</param>
    public sealed record SetPaused(bool Paused, ReplyTo<bool> Reply) : ExchangesMessage;

    /// <summary>Some exchanges could not be told of a pause, or its end, because their mailboxes were full: once more.</summary>
    /// <param name="Exchanges">Which.</param>
    internal sealed record TellPausedAgain(IReadOnlyList<ActorRef<EntityMessage>> Exchanges) : ExchangesMessage;

    /// <summary>An exchange's actor ended.</summary>
    /// <param name="Id">Whose.</param>
    /// <param name="Actor">Which one: another may have taken its place.</param>
    /// <param name="Reason">Null where it stopped as it should.</param>
    internal sealed record Gone(long Id, ActorRef Actor, Exception? Reason) : ExchangesMessage;
}
