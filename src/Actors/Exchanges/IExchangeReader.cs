using MarketManager.Actors.Lists;

namespace MarketManager.Actors.Exchanges;

/// <summary>Which exchanges to list. Null means any; text is compared exactly.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Enabled">Only these.</param>
/// <param name="Venue">Only these.</param>
/// <param name="Name">Only this one.</param>
/// <param name="State">Only these.</param>
public sealed record ExchangeFilter(string Tenant, bool? Enabled, string? Venue, string? Name, ExchangeCondition? State);

/// <summary>How many exchanges are in which condition.</summary>
/// <param name="Total">All.</param>
/// <param name="Enabled">Those whose timer is on.</param>
/// <param name="Running">Those with a run going.</param>
/// <param name="Stale">Those whose last run ended stale.</param>
/// <param name="Failing">Those that fail.</param>
public sealed record ExchangeCounts(long Total, long Enabled, long Running, long Stale, long Failing);

/// <summary>Reads the exchanges' read model.</summary>
public interface IExchangeReader
{
    /// <summary>The fields that <see cref="OrderBy.Field"/> can name.</summary>
    static readonly IReadOnlyList<string> OrderFields =
    [
        "id", "name", "slug", "venue", "enabled", "interval", "volume", "top_pair", "top_pair_volume", "created", "updated",
        "last_update", "state", "last_run", "next_run", "consecutive_failures",
    ];

    /// <summary>A part of the exchanges that match; by id by default.</summary>
    ValueTask<Page<ExchangeView>> List(ExchangeFilter filter, Paging paging, CancellationToken cancellationToken);

    /// <summary>All exchanges that match, row by row, for exports.</summary>
    IAsyncEnumerable<ExchangeView> Stream(ExchangeFilter filter, Paging paging, CancellationToken cancellationToken);

    /// <summary>How many there are in which condition, over all tenants.</summary>
    ValueTask<ExchangeCounts> Count(CancellationToken cancellationToken);

    /// <summary>The slugs that are <paramref name="slug"/>, or it with a number behind it.</summary>
    ValueTask<IReadOnlyList<string>> SlugsLike(string slug, CancellationToken cancellationToken);

    /// <summary>An id that no exchange had or will have; durable before it is answered.</summary>
    ValueTask<long> NextId(CancellationToken cancellationToken);
}
