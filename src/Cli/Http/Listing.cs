using System.Text.Json;

namespace MarketManager.Cli.Http;

/// <summary>A part of a list, put together from as many pages as it takes.</summary>
/// <param name="Count">How many there are in all.</param>
/// <param name="Items">Those that were asked for.</param>
internal sealed record Listing(long Count, IReadOnlyList<JsonElement> Items)
{
    private const int LargestPage = 1000;

    /// <summary>True where there are more behind these.</summary>
    public bool HasMore { get; private init; }

    /// <summary>Reads items from the first wanted one on.</summary>
    /// <param name="node">Whom to ask.</param>
    /// <param name="query">The list with its filters and order.</param>
    /// <param name="limit">At most this many; null for all.</param>
    /// <param name="offset">How many to pass over.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<Listing> Read(
        NodeClient node, Query query, int? limit, int offset, CancellationToken cancellationToken)
    {
        var items = new List<JsonElement>();
        while (true)
        {
            var size = Math.Min(LargestPage, (limit ?? int.MaxValue) - items.Count);
            var path = query.Copy().With("limit", size).With("offset", offset + items.Count > 0 ? offset + items.Count : null);
            var page = (await node.Get(path.ToString(), cancellationToken)).Json;
            var before = items.Count;
            items.AddRange(page.GetProperty("results").EnumerateArray());
            var count = page.GetProperty("count").GetInt64();
            if (items.Count == before || items.Count >= limit || offset + items.Count >= count)
            {
                return new Listing(count, items) { HasMore = offset + items.Count < count };
            }
        }
    }

    /// <summary>Every item of a list.</summary>
    public static Task<Listing> ReadAll(NodeClient node, string path, CancellationToken cancellationToken) =>
        Read(node, new Query(path), limit: null, offset: 0, cancellationToken);

    /// <summary>As JSON, in the API's own form less the links, which are of no use here.</summary>
    public JsonElement ToJson() => JsonSerializer.SerializeToElement(new { count = Count, results = Items });
}
