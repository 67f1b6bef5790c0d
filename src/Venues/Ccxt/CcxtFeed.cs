using MarketManager.Actors.Venues;

namespace MarketManager.Venues.Ccxt;

/// <summary>What a worker gathers from: a venue with one set of options, at one address.</summary>
/// <param name="Key">Which exchange's options.</param>
/// <param name="Origin">Takes the place of all the venue's hosts ("http://127.0.0.1:1234"); null for the venue itself.</param>
internal readonly record struct FeedSpec(MarketFeedKey Key, string? Origin);

/// <summary>A list of markets and the version by which worker and parent know that they speak of the same.</summary>
/// <param name="Version">A hash of the list; empty before the first.</param>
/// <param name="List">In the worker's order.</param>
internal sealed record FeedMarkets(string Version, IReadOnlyList<VenueMarket> List)
{
    /// <summary>Nothing is known yet.</summary>
    public static FeedMarkets None { get; } = new("", []);
}

/// <summary>A feed and the worker it lives in.</summary>
internal sealed class CcxtFeed(FeedSpec spec, CcxtWorker worker)
{
    private FeedMarkets _markets = FeedMarkets.None;

    /// <summary>What it gathers from.</summary>
    public FeedSpec Spec => spec;

    /// <summary>Where it lives, for good: its markets are there.</summary>
    public CcxtWorker Worker => worker;

    /// <summary>When it was last asked for, as a timestamp of the clock.</summary>
    public long UsedAt { get; set; }

    /// <summary>The latest list; the same object until it changes.</summary>
    public FeedMarkets Markets
    {
        get => Volatile.Read(ref _markets);
        set => Volatile.Write(ref _markets, value);
    }
}
