namespace MarketManager.Actors.Markets;

/// <summary>One market with its latest prices, as REST shows it: the pricing currency is <see cref="Base"/>.</summary>
/// <param name="Symbol">The ccxt symbol, "ETH/USDT"; the identity within an exchange.</param>
/// <param name="Name">Pricing currency first: "USDT-ETH"; of derivatives, with what tells them apart behind it.</param>
/// <param name="Type">ccxt's: spot, margin, swap, future, option.</param>
/// <param name="Base">What prices are quoted in.</param>
/// <param name="Quote">What is traded.</param>
/// <param name="Volume">24 h volume in the pricing currency; null where the venue did not tell.</param>
/// <param name="VolumeUsd">The same in USD; null where it cannot be converted.</param>
/// <param name="Last">Last price; null where the venue did not tell.</param>
/// <param name="Bid">Best bid; null where the venue did not tell.</param>
/// <param name="Ask">Best ask; null where the venue did not tell.</param>
/// <param name="Active">Whether it can be traded; null where the venue did not tell.</param>
/// <param name="VenueTime">The venue's own time of the prices, UTC; null where it sent none.</param>
public sealed record MarketRow(
    string Symbol,
    string Name,
    string Type,
    string Base,
    string Quote,
    decimal? Volume,
    decimal? VolumeUsd,
    decimal? Last,
    decimal? Bid,
    decimal? Ask,
    bool? Active,
    DateTimeOffset? VenueTime);

/// <summary>The markets of an exchange as a successful run left them: those not named are removed.</summary>
/// <param name="Exchange">Whose markets.</param>
/// <param name="RunNumber">The run that brought them; the store keeps the newest.</param>
/// <param name="Updated">When they were gathered, UTC.</param>
/// <param name="Markets">All of them, each symbol once.</param>
public sealed record MarketsReplaced(long Exchange, long RunNumber, DateTimeOffset Updated, IReadOnlyList<MarketRow> Markets);
