using System.Runtime.CompilerServices;
using MarketManager.Actors.Lists;

namespace MarketManager.Actors.Exchanges;

/// <summary>The exchanges' read model with the nodes that own them now; a row itself names the one that wrote it last.</summary>
/// <param name="rows">The read model.</param>
/// <param name="ownerOf">The name of the node that owns an exchange; null while nobody does, or nobody knows.</param>
public sealed class OwnedExchanges(IExchangeReader rows, Func<long, string?> ownerOf) : IExchangeReader
{
    /// <inheritdoc/>
    public async ValueTask<Page<ExchangeView>> List(ExchangeFilter filter, Paging paging, CancellationToken cancellationToken)
    {
        var page = await rows.List(filter, paging, cancellationToken);
        return page with { Items = [.. page.Items.Select(Owned)] };
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ExchangeView> Stream(
        ExchangeFilter filter, Paging paging, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in rows.Stream(filter, paging, cancellationToken))
        {
            yield return Owned(row);
        }
    }

    /// <inheritdoc/>
    public ValueTask<ExchangeCounts> Count(CancellationToken cancellationToken) => rows.Count(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> SlugsLike(string slug, CancellationToken cancellationToken) => rows.SlugsLike(slug, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> NextId(CancellationToken cancellationToken) => rows.NextId(cancellationToken);

    private ExchangeView Owned(ExchangeView row) =>
        ownerOf(row.Id) is { } owner && owner != row.Status.Node ? row with { Status = row.Status with { Node = owner } } : row;
}
