using MarketManager.Api.Http;
using MarketManager.Api.Service;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Api.Status;

/// <summary>A page for people at <c>/</c>. It holds no data: its script asks the API, with a key where one is needed.</summary>
internal sealed class StatusPage : IEndpoints
{
    private static readonly EmbeddedPage Page = new(
        "status.html",
        (script, style) => $"default-src 'none'; script-src {script}; style-src {style}; connect-src 'self'; "
            + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");

    /// <inheritdoc/>
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "/", null, "The status page", Get)
        {
            Hidden = true,
            Answers = [new(200, null, "The page.") { MediaType = "text/html" }],
        },
    ];

    private static Task Get(HttpContext http)
    {
        http.Response.Headers.ContentSecurityPolicy = Page.Policy;
        http.Response.Headers.CacheControl = "no-cache";
        return Reply.Send(http, StatusCodes.Status200OK, Page.Bytes, "text/html; charset=utf-8");
    }
}
