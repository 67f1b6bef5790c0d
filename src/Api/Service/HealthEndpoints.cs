using MarketManager.Api.Http;
using MarketManager.Api.Status;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Api.Service;

/// <summary>Tells an orchestrator whether the process lives, and whether it is ready for requests.</summary>
internal sealed class HealthEndpoints(IEnumerable<IReadinessCheck> checks, NodeInfo node, TimeProvider time) : IEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly IReadinessCheck[] _checks = [.. checks];

    /// <inheritdoc/>
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "/healthz/live", null, "Tell that the process lives", Live)
        {
            OnEveryNode = true,
            Answers = [new(200, "Live", "It lives.")],
        },
        new("GET", "/healthz/ready", null, "Tell whether the node is ready for requests, and what is missing", Ready)
        {
            OnEveryNode = true,
            Answers = [new(200, "Ready", "It is ready."), new(503, "Ready", "It is not; 'checks' says what is missing.")],
        },
    ];

    private static Task Live(HttpContext http) =>
        Reply.Send(http, StatusCodes.Status200OK, "{\"status\":\"live\"}"u8, Reply.Json);

    private async Task Ready(HttpContext http)
    {
        var missing = await Task.WhenAll(_checks.Select(check => Look(check, http.RequestAborted)));
        var stopping = node.State == NodeState.Draining;
        var ready = !stopping && missing.All(what => what is null);
        http.Response.Headers.CacheControl = "no-store";
        using var buffer = ReplyBuffer.Rent();
        var json = buffer.Json;
        json.WriteStartObject();
        json.WriteString("status"u8, ready ? "ready" : stopping ? "draining" : "not ready");
        json.WriteStartObject("checks"u8);
        for (var i = 0; i < _checks.Length; i++)
        {
            json.WriteString(_checks[i].Name, missing[i] ?? "ok");
        }

        json.WriteEndObject();
        json.WriteEndObject();
        await Reply.Send(http, ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, buffer);
    }

    // A check that hangs or throws is an answer too, and must not keep the others from being told.
    private async Task<string?> Look(IReadinessCheck check, CancellationToken stop)
    {
        try
        {
            return await check.Check(stop).AsTask().WaitAsync(Patience, time, stop);
        }
        catch (TimeoutException)
        {
            return $"did not answer within {Patience.TotalSeconds} s";
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return failure.Message;
        }
    }
}
