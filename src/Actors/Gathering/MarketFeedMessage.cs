using MarketManager.Actors.Markets;
using MarketManager.Actors.Venues;
using MarketManager.Kernel;

namespace MarketManager.Actors.Gathering;

/// <summary>What is sent to the actor that shares gathering passes.</summary>
public abstract record MarketFeedMessage
{
    /// <summary>Bring the markets of a feed.</summary>
    /// <param name="Key">Which feed.</param>
    /// <param name="FreshSince">A pass that was begun at or after this instant will do; so will one that is under way.</param>
    /// <param name="Subscriber">Who asks, so that it can leave.</param>
    /// <param name="Reply">The markets, or a <see cref="VenueException"/>.</param>
    public sealed record Gather(MarketFeedKey Key, DateTimeOffset FreshSince, object Subscriber, ReplyTo<MarketGathering> Reply)
        : MarketFeedMessage;

    /// <summary>Somebody no longer waits. The last one to leave of those that a pass was begun for ends it.</summary>
    /// <param name="Key">Which feed.</param>
    /// <param name="Subscriber">Who leaves.</param>
    /// <param name="Reply">Told when nothing runs any more that was begun for the subscriber and is for no other.</param>
    public sealed record Leave(MarketFeedKey Key, object Subscriber, ReplyTo<bool> Reply) : MarketFeedMessage;

    /// <summary>A pass ended.</summary>
    /// <param name="Key">Of which feed.</param>
    /// <param name="Gathering">Null where it failed.</param>
    /// <param name="Failure">Null where it succeeded.</param>
    internal sealed record Ended(MarketFeedKey Key, MarketGathering? Gathering, Exception? Failure) : MarketFeedMessage;

    /// <summary>What a feed last brought is no longer of use to anybody.</summary>
    /// <param name="Key">Of which feed.</param>
    internal sealed record Forget(MarketFeedKey Key) : MarketFeedMessage;
}
