namespace MarketManager.Actors.Venues;

/// <summary>Public market data of one venue, address and options; whoever asks for the same shares one answer.</summary>
/// <param name="Venue">The venue's id.</param>
/// <param name="Options">The exchange's options as canonical JSON: keys sorted, no white space, defaults left out.</param>
public readonly record struct MarketFeedKey(string Venue, string Options);

/// <summary>A market's lasting properties, in ccxt's words.</summary>
/// <param name="Symbol">"ETH/USDT", "BTC/USDT:USDT".</param>
/// <param name="Type">spot, margin, swap, future, option.</param>
/// <param name="Base">ccxt's: what is traded.</param>
/// <param name="Quote">ccxt's: what prices are quoted in.</param>
/// <param name="Settle">Null for spot.</param>
/// <param name="Active">Null where the venue did not tell.</param>
/// <param name="Contract">True for derivatives.</param>
/// <param name="ContractSize">Null for spot, and where the venue did not tell.</param>
/// <param name="Inverse">True where contracts are sized in the quote currency and settled in the base.</param>
public sealed record VenueMarket(
    string Symbol,
    string Type,
    string Base,
    string Quote,
    string? Settle,
    bool? Active,
    bool Contract,
    decimal? ContractSize,
    bool Inverse);

/// <summary>The latest prices of a market, in ccxt's words; null where the venue did not tell, or told what is no number.</summary>
/// <param name="Symbol">Of which market.</param>
/// <param name="Last">Quote per base.</param>
/// <param name="Bid">Quote per base.</param>
/// <param name="Ask">Quote per base.</param>
/// <param name="BaseVolume">24 h, in base, or in contracts.</param>
/// <param name="QuoteVolume">24 h, in quote.</param>
/// <param name="Vwap">24 h, quote per base.</param>
/// <param name="At">The venue's own time.</param>
public readonly record struct VenueTicker(
    string Symbol,
    decimal? Last,
    decimal? Bid,
    decimal? Ask,
    decimal? BaseVolume,
    decimal? QuoteVolume,
    decimal? Vwap,
    DateTimeOffset? At);

/// <summary>What one gathering pass brought from a venue.</summary>
/// <param name="Markets">All selected markets; the same list object as last time where they have not changed.</param>
/// <param name="Tickers">In any order; of selected markets only.</param>
/// <param name="Rejected">Values that were no decimals and became null.</param>
public sealed record VenueMarkets(IReadOnlyList<VenueMarket> Markets, IReadOnlyList<VenueTicker> Tickers, int Rejected);

/// <summary>Asks venues for markets and tickers.</summary>
public interface IMarketSource
{
    /// <summary>One gathering pass, inside the venue's budget.</summary>
    /// <remarks>Cancelling ends the request at the venue; the task completes only when nothing of it is left running.</remarks>
    /// <exception cref="VenueException">The pass failed; its kind says whether it may pass.</exception>
    Task<VenueMarkets> Gather(MarketFeedKey feed, CancellationToken cancellationToken);
}

/// <summary>A venue, or the way to it, failed.</summary>
/// <param name="kind">One of <see cref="Runs.ErrorKinds"/>.</param>
/// <param name="message">For people; no secrets.</param>
/// <param name="retryAfter">How long the venue asked to wait; null where it did not.</param>
/// <param name="inner">The cause.</param>
public sealed class VenueException(string kind, string message, TimeSpan? retryAfter = null, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>One of <see cref="Runs.ErrorKinds"/>.</summary>
    public string Kind { get; } = kind;

    /// <summary>How long the venue asked to wait; null where it did not.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
