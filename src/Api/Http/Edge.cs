using MarketManager.Actors.Access;
using MarketManager.Api.Access;
using MarketManager.Api.Problems;
using MarketManager.Api.Requests;
using MarketManager.Api.Service;
using MarketManager.Api.Status;
using MarketManager.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace MarketManager.Api.Http;

/// <summary>What every request passes on its way in and out: access, the rules of queries, security headers, errors as
/// problems, measuring and logging. The only middleware of the API.</summary>
internal sealed partial class Edge(
    RequestDelegate next, AccessControl access, ApiMetrics metrics, ApiOptions options, NodeInfo node, TimeProvider time, ILogger<Edge> log)
{
    private const string NoPolicy = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>Answers a request.</summary>
    public async Task Invoke(HttpContext http)
    {
        var started = time.GetTimestamp();
        var route = http.GetEndpoint()?.Metadata.GetMetadata<ApiRoute>();
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = NoPolicy;
        headers["Referrer-Policy"] = "no-referrer";
        if (node.State is NodeState.Draining && http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true })
        {
            // A caller that kept its connection would one day use it in the very moment in which it is closed.
            headers.Connection = "close";
        }

        try
        {
            // What has no route (an unknown path, a wrong method) tells nothing to those who may not read.
            var refusal = await access.Check(http, route is null ? Role.Viewer : route.Role)
                ?? NotServed(http, route)
                ?? (route is null ? null : QueryRules.Check(http, route));
            if (refusal is not null)
            {
                await refusal.Write(http);
            }
            else
            {
                await next(http);
                if (route is null && DescribeEmpty(http) is { } problem)
                {
                    await problem.Write(http);
                }
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone; there is nobody to answer.
        }
        catch (Exception failure)
        {
            await Fail(http, failure);
        }
        finally
        {
            Note(http, route, time.GetElapsedTime(started));
        }
    }

    private Problem? NotServed(HttpContext http, ApiRoute? route) =>
        options.ServesApi || route is { OnEveryNode: true } || AccessControl.IsOverSocket(http)
            ? null
            : Problem.NotFound("this node does not have the role 'api' and answers for health and metrics only; ask another node, or its UNIX socket");

    // Routing answers unknown paths and wrong methods (with Allow) by a bare status.
    private static Problem? DescribeEmpty(HttpContext http) => http.Response switch
    {
        { HasStarted: true } or { ContentType: not null } => null,
        { StatusCode: StatusCodes.Status404NotFound } =>
            Problem.NotFound($"there is nothing at '{http.Request.Path}'; /docs shows what there is"),
        { StatusCode: StatusCodes.Status405MethodNotAllowed } => new Problem(
            ProblemKind.MethodNotAllowed, $"{http.Request.Method} is not possible here; {http.Response.Headers.Allow} is"),
        _ => null,
    };

    private async Task Fail(HttpContext http, Exception failure)
    {
        var problem = failure switch
        {
            StoreException store => Problem.From(store),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
                new Problem(ProblemKind.BodyTooLarge, $"the body is larger than {RequestBody.MaxBytes} bytes"),
            BadHttpRequestException bad => new Problem(ProblemKind.BadRequest, bad.Message),
            _ => new Problem(ProblemKind.Internal, $"the service failed; its log says more under '{http.TraceIdentifier}'"),
        };
        var path = http.Request.Path.Value ?? string.Empty;
        if (problem.Kind == ProblemKind.Internal)
        {
            Failed(log, failure, http.Request.Method, path, http.TraceIdentifier);
        }
        else if (failure is StoreException)
        {
            StoreFailed(log, failure, http.Request.Method, path);
        }

        if (http.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            http.Abort();
            return;
        }

        http.Response.Headers.Remove("ETag");
        http.Response.Headers.Remove("Location");
        await problem.Write(http);
    }

    private void Note(HttpContext http, ApiRoute? route, TimeSpan took)
    {
        metrics.Answered(route?.Pattern ?? "none", Known(http.Request.Method), http.Response.StatusCode, took);
        var (path, milliseconds) = (http.Request.Path.Value ?? string.Empty, took.TotalMilliseconds);
        if (took >= options.SlowRequest && route?.Waits != true)
        {
            Slow(log, http.Request.Method, path, http.Response.StatusCode, milliseconds);
        }
        else if (log.IsEnabled(LogLevel.Debug))
        {
            Answered(log, http.Request.Method, path, http.Response.StatusCode, milliseconds);
        }
    }

    // A label must not take whatever a client makes up.
    private static string Known(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsPost(method) || HttpMethods.IsPatch(method)
        || HttpMethods.IsDelete(method) || HttpMethods.IsPut(method) || HttpMethods.IsOptions(method)
            ? method
            : "other";

    [LoggerMessage(EventId = 1, Level = LogLevel.Debug, Message = "{Method} {Path} was answered {Status} in {Milliseconds} ms")]
    private static partial void Answered(ILogger log, string method, string path, int status, double milliseconds);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "{Method} {Path} was slow: answered {Status} in {Milliseconds} ms")]
    private static partial void Slow(ILogger log, string method, string path, int status, double milliseconds);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "{Method} {Path} met a store that failed")]
    private static partial void StoreFailed(ILogger log, Exception failure, string method, string path);

    [LoggerMessage(EventId = 4, Level = LogLevel.Error, Message = "{Method} {Path} failed ({Trace})")]
    private static partial void Failed(ILogger log, Exception failure, string method, string path, string trace);
}
