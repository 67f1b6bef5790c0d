using MarketManager.Actors.Lists;

namespace MarketManager.Actors.Markets;

/// <summary>Which markets to list. Null means any; text is compared exactly.</summary>
/// <param name="Tenant">Whose exchanges'.</param>
/// <param name="ExchangeId">Of this exchange.</param>
/// <param name="ExchangeName">Of the exchange of this name, without regard to case.</param>
/// <param name="Name">Only this name.</param>
/// <param name="Symbol">Only this ccxt symbol.</param>
/// <param name="Base">Only this pricing currency.</param>
/// <param name="Quote">Only this traded currency.</param>
/// <param name="Type">Only this type.</param>
/// <param name="Active">Only these.</param>
/// <param name="MinVolumeUsd">At least this much.</param>
/// <param name="UpdatedSince">Updated at or after.</param>
public sealed record MarketFilter(
    string Tenant,
    long? ExchangeId = null,
    string? ExchangeName = null,
    string? Name = null,
    string? Symbol = null,
    string? Base = null,
    string? Quote = null,
    string? Type = null,
    bool? Active = null,
    decimal? MinVolumeUsd = null,
    DateTimeOffset? UpdatedSince = null);

/// <summary>A market of an exchange.</summary>
/// <param name="Exchange">Whose.</param>
/// <param name="Updated">When a run last brought it, UTC.</param>
/// <param name="Row">The market.</param>
public sealed record MarketView(long Exchange, DateTimeOffset Updated, MarketRow Row);

/// <summary>Reads the markets.</summary>
public interface IMarketReader
{
    /// <summary>The fields that <see cref="OrderBy.Field"/> can name.</summary>
    static readonly IReadOnlyList<string> OrderFields =
    [
        "exchange", "symbol", "name", "type", "base", "quote", "volume", "volume_usd", "last", "bid", "ask", "active", "updated",
        "venue_time",
    ];

    /// <summary>A part of the markets that match; by exchange and symbol by default.</summary>
    ValueTask<Page<MarketView>> List(MarketFilter filter, Paging paging, CancellationToken cancellationToken);

    /// <summary>All markets that match, row by row, for exports.</summary>
    IAsyncEnumerable<MarketView> Stream(MarketFilter filter, Paging paging, CancellationToken cancellationToken);
}
