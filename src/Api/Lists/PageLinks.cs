using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Api.Lists;

/// <summary>The ways from a page to its neighbours.</summary>
internal static class PageLinks
{
    /// <summary>Path and query of the next and the previous page; null where there is none.</summary>
    public static (string? Next, string? Previous) Of(HttpRequest request, ListQuery query, long count)
    {
        var limit = query.Page.Limit!.Value;
        var next = (long)query.Offset + limit;
        return (
            next < count && next <= int.MaxValue ? Link(request, query.Limit, next) : null,
            query.Offset > 0 ? Link(request, query.Limit, Math.Max(0, Math.Min(query.Offset, count) - limit)) : null);
    }

    // All of the request's parameters stay; only the offset moves.
    private static string Link(HttpRequest request, int? limit, long offset)
    {
        var link = new StringBuilder(request.PathBase.Add(request.Path).ToUriComponent());
        var separator = '?';
        foreach (var (name, value) in request.Query)
        {
            if (name is not ("limit" or "offset"))
            {
                Append(name, value.ToString());
            }
        }

        if (limit is not null)
        {
            Append("limit", limit.Value.ToString(CultureInfo.InvariantCulture));
        }

        if (offset > 0)
        {
            Append("offset", offset.ToString(CultureInfo.InvariantCulture));
        }

        return link.ToString();

        void Append(string name, string value)
        {
            link.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }
    }
}
