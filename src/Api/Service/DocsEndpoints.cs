using MarketManager.Actors.Access;
using MarketManager.Api.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Api.Service;

/// <summary>The OpenAPI document, and pages that let a person try it out.</summary>
internal sealed class DocsEndpoints(ApiOptions options) : IEndpoints
{
    private const string Docs = "/docs";

    private static readonly EmbeddedPage Page = new(
        "docs.html",
        (script, _) => $"default-src 'none'; script-src 'self' {script}; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'");

    private byte[] _document = [];

    /// <inheritdoc/>
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "/openapi/v1.json", Role.Viewer, "Read this document", SendDocument)
        {
            Answers = [new(200, "OpenApi", "The OpenAPI document.")],
        },
        new("GET", Docs + "/", Role.Viewer, "Interactive documentation", SendPage)
        {
            Answers = [new(200, null, "The page.") { MediaType = "text/html" }],
        },
    ];

    /// <summary>Makes the document of all routes, once.</summary>
    public void Describe(IEnumerable<ApiRoute> routes) => _document = OpenApiText.Write(routes, options.Version);

    /// <summary>Serves the scripts and styles of the pages. What has a route of its own is left to it.</summary>
    public static void MapAssets(IApplicationBuilder app) => app.UseWhen(
        http => http.GetEndpoint() is null && http.Request.Path.StartsWithSegments(Docs, StringComparison.Ordinal),
        assets => assets.UseSwaggerUI(ui =>
        {
            ui.RoutePrefix = Docs.Trim('/');
            ui.IndexStream = () => new MemoryStream(Page.Bytes);
        }));

    private Task SendDocument(HttpContext http) => Reply.Send(http, StatusCodes.Status200OK, _document, Reply.Json);

    private static Task SendPage(HttpContext http)
    {
        http.Response.Headers.ContentSecurityPolicy = Page.Policy;
        return Reply.Send(http, StatusCodes.Status200OK, Page.Bytes, "text/html; charset=utf-8");
    }
}
