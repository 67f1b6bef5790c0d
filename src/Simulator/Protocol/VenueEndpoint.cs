using System.Collections.Frozen;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using MarketManager.Simulator.Control;
using MarketManager.Simulator.Limits;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Simulator.Protocol;

/// <summary>Answers the venue's requests: understands, weighs, lets a fault happen where one is ordered, renders.</summary>
internal sealed class VenueEndpoint(
    FrozenDictionary<string, Route> routes, Listing listing, FaultPlan faults, RequestCounter requests, TimeProvider time,
    int weightLimit, CancellationToken stopping)
{
    private const int SapiWeightLimit = 12_000;

    private readonly WeightMeter _api = new(weightLimit);
    private readonly WeightMeter _sapi = new(SapiWeightLimit);
    private int _absurdities;

    /// <summary>Answers one request.</summary>
    public async Task Handle(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (!routes.TryGetValue(path, out var route))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = HttpMethods.Get;
            return;
        }

        var now = time.GetUtcNow();
        var (call, error) = Understand(context.Request, route, now);
        requests.Add(path, call.Weight);
        var toll = Charge(context.Response, path, call.Weight, now);
        if (toll.Status != StatusCodes.Status200OK)
        {
            await Refuse(context, toll);
        }
        else if (faults.Next(path) is { } fault)
        {
            await Suffer(context, fault, call, error, now);
        }
        else
        {
            await Answer(context, call, error);
        }
    }

    /// <summary>Reads the parameters; what cannot be understood weighs the least that the route does.</summary>
    private (Call Call, VenueError? Error) Understand(HttpRequest request, Route route, DateTimeOffset now)
    {
        try
        {
            var query = new VenueQuery(request.Query, listing);
            var call = route.Understand(query, new Instant(now.ToUnixTimeMilliseconds(), UnitOf(request)));
            query.EnsureAllRead();
            return (call, null);
        }
        catch (VenueError e)
        {
            return (new Call(route.Weight, () => throw e), e);
        }
    }

    private static int UnitOf(HttpRequest request) => request.Headers["X-MBX-TIME-UNIT"].ToString().ToUpperInvariant() switch
    {
        "" or "MILLISECOND" => 1,
        "MICROSECOND" => 1000,
        _ => throw VenueError.NotValid("X-MBX-TIME-UNIT"),
    };

    private Toll Charge(HttpResponse response, string path, int weight, DateTimeOffset now)
    {
        if (path.StartsWith(Routes.SapiPrefix, StringComparison.Ordinal))
        {
            var sapi = _sapi.Take(weight, now);
            response.Headers["X-SAPI-USED-IP-WEIGHT-1M"] = sapi.Used.ToString(CultureInfo.InvariantCulture);
            return sapi;
        }

        var api = _api.Take(weight, now);
        var used = api.Used.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-MBX-USED-WEIGHT"] = used;
        response.Headers["X-MBX-USED-WEIGHT-1M"] = used;
        return api;
    }

    private async Task Suffer(HttpContext context, Fault fault, Call call, VenueError? error, DateTimeOffset now)
    {
        switch (fault.Kind)
        {
            case FaultKind.Latency:
                await Wait(context, TimeSpan.FromMilliseconds(fault.Milliseconds!.Value));
                await Answer(context, call, error);
                break;
            case FaultKind.RateLimit:
                await Refuse(context, StatusCodes.Status429TooManyRequests, TimeSpan.FromSeconds(fault.RetryAfter ?? 5), now);
                break;
            case FaultKind.Ban:
                await Refuse(context, StatusCodes.Status418ImATeapot, TimeSpan.FromSeconds(fault.RetryAfter ?? 120), now);
                break;
            case FaultKind.Error:
                await Send(context, fault.Status ?? 503, ErrorBody(-1000, "An unknown error occurred while processing the request."));
                break;
            case FaultKind.Malformed:
                await Send(context, StatusCodes.Status200OK, "<html>{\"symbol\": }</html>"u8.ToArray());
                break;
            case FaultKind.Truncated:
                var whole = error is null ? call.Render() : ErrorBody(error.Code, error.Message);
                await Send(context, StatusCodes.Status200OK, whole[..(whole.Length / 2)]);
                break;
            case FaultKind.Hang:
                await Wait(context, Timeout.InfiniteTimeSpan);
                break;
            case FaultKind.Reset:
                context.Abort();
                break;
            case FaultKind.Absurd when error is null:
                var turn = Interlocked.Increment(ref _absurdities) - 1;
                await Send(context, StatusCodes.Status200OK, AbsurdValues.Distort(call.Render(), turn));
                break;
            default:
                await Answer(context, call, error);
                break;
        }
    }

    /// <summary>Waits until the time is over, or ends the connection when the client goes away or the simulator stops.</summary>
    private async Task Wait(HttpContext context, TimeSpan duration)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await Task.Delay(duration, time, either.Token);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
    }

    private static Task Answer(HttpContext context, Call call, VenueError? error) => error is null
        ? Send(context, StatusCodes.Status200OK, call.Render())
        : Send(context, error.Status, ErrorBody(error.Code, error.Message));

    private Task Refuse(HttpContext context, Toll toll) =>
        Refuse(context, toll.Status, toll.RetryAfter, toll.Until - toll.RetryAfter);

    private Task Refuse(HttpContext context, int status, TimeSpan retryAfter, DateTimeOffset now)
    {
        context.Response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var message = status == StatusCodes.Status418ImATeapot
            ? $"Way too much request weight used; IP banned until {(now + retryAfter).ToUnixTimeMilliseconds()}. "
                + "Please use WebSocket Streams for live updates to avoid bans."
            : $"Too much request weight used; current limit is {_api.Limit} request weight per 1 MINUTE. "
                + "Please use WebSocket Streams for live updates to avoid polling the API.";
        return Send(context, status, ErrorBody(-1003, message));
    }

    private static ReadOnlyMemory<byte> ErrorBody(int code, string message) => Json.Render(256, writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("code"u8, code);
        writer.WriteString("msg"u8, JsonEncodedText.Encode(message, JavaScriptEncoder.UnsafeRelaxedJsonEscaping));
        writer.WriteEndObject();
    });

    private static async Task Send(HttpContext context, int status, ReadOnlyMemory<byte> body)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json;charset=UTF-8";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
