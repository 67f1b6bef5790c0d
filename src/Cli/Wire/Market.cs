namespace MarketManager.Cli.Wire;

/// <summary>A market, as <c>/api/markets/</c> shows it: the pricing currency is <see cref="Base"/>.</summary>
internal sealed record Market(
    string Name,
    string Symbol,
    string Type,
    string Base,
    string Quote,
    long Exchange,
    decimal? Volume,
    decimal? VolumeUsd,
    decimal? Last,
    decimal? Bid,
    decimal? Ask,
    bool? Active,
    DateTimeOffset? Updated);
