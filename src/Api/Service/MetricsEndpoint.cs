using MarketManager.Actors.Access;
using MarketManager.Api.Http;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Api.Service;

/// <summary>Shows the metrics to Prometheus.</summary>
internal sealed class MetricsEndpoint(MetricsListener listener) : IEndpoints
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <inheritdoc/>
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "/metrics", Role.Viewer, "Read the metrics in Prometheus' text format", Get)
        {
            OnEveryNode = true,
            Answers = [new(200, null, "The metrics.") { MediaType = "text/plain" }],
        },
    ];

    private Task Get(HttpContext http)
    {
        using var buffer = ReplyBuffer.Rent();
        PrometheusText.Write(buffer.Bytes, listener.Collect());
        return Reply.Send(http, StatusCodes.Status200OK, buffer.Bytes.WrittenSpan, ContentType);
    }
}
