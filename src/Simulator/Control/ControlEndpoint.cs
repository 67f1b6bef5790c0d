using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using MarketManager.Simulator.Limits;
using MarketManager.Simulator.Pricing;
using MarketManager.Simulator.Protocol;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Simulator.Control;

/// <summary><c>/control</c>: orders faults, tells what was asked for, halts symbols. No part of the venue's interface.</summary>
internal sealed class ControlEndpoint(
    FaultPlan faults, RequestCounter requests, Listing listing, IReadOnlyCollection<string> venuePaths)
{
    /// <summary>Everything under here is control.</summary>
    public const string Prefix = "/control/";

    /// <summary>The largest body that is read, in bytes; the server refuses more.</summary>
    public const int LargestBody = 64 * 1024;

    private const string SymbolPrefix = Prefix + "symbols/";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
    };

    /// <summary>Answers a control request.</summary>
    public async Task Handle(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        try
        {
            if (!IsThisMachine(context.Request.Host.Host))
            {
                throw new ControlError(403, "control is for this machine only: ask for localhost, 127.0.0.1 or [::1]");
            }

            await Route(context, path);
        }
        catch (ControlError e)
        {
            context.Response.StatusCode = e.Status;
            await context.Response.WriteAsJsonAsync(new Problem(e.Message), Options, context.RequestAborted);
        }
    }

    // It listens on loopback, but a browser carries a foreign site's pages there when that site's name resolves to loopback.
    private static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private Task Route(HttpContext context, string path) => (context.Request.Method, path) switch
    {
        ("GET", Prefix + "faults") => Json(context, new FaultList(faults.Read())),
        ("PUT", Prefix + "faults") => ReplaceFaults(context),
        ("DELETE", Prefix + "faults") => Done(context, () => faults.Replace([])),
        ("GET", Prefix + "requests") => Json(context, requests.Read()),
        ("DELETE", Prefix + "requests") => Done(context, requests.Reset),
        ("PUT", _) when path.StartsWith(SymbolPrefix, StringComparison.Ordinal) => SetStatus(context, path[SymbolPrefix.Length..]),
        _ => throw new ControlError(404, $"no such control: {context.Request.Method} {path}"),
    };

    private async Task ReplaceFaults(HttpContext context)
    {
        var list = await Read<FaultList>(context);
        if (list.Faults.Count > FaultPlan.Capacity)
        {
            throw new ControlError(422, $"at most {FaultPlan.Capacity} faults at a time");
        }

        faults.Replace(list.Faults.Select(Checked));
        await Json(context, new FaultList(faults.Read()));
    }

    private Fault Checked(Fault? fault, int i) => (fault is null ? "must not be null" : fault.Problem(venuePaths)) is { } problem
        ? throw new ControlError(422, $"faults[{i}]: {problem}")
        : fault!;

    private async Task SetStatus(HttpContext context, string name)
    {
        var symbol = listing.Find(name) ?? throw new ControlError(404, $"no symbol '{name}' is listed");
        var change = await Read<StatusChange>(context);
        if (!Symbol.Statuses.Contains(change.Status))
        {
            throw new ControlError(422, $"status must be one of {string.Join(", ", Symbol.Statuses)}");
        }

        listing.SetStatus(symbol, change.Status);
        await Json(context, change);
    }

    private static async Task<T> Read<T>(HttpContext context)
    {
        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        }
        catch (JsonException e)
        {
            throw new ControlError(400, "malformed JSON: " + e.Message);
        }
        catch (BadHttpRequestException e)
        {
            throw new ControlError(e.StatusCode, e.Message);
        }

        using (document)
        {
            try
            {
                return document.Deserialize<T>(Options) ?? throw new ControlError(422, "the body must be an object");
            }
            catch (JsonException e)
            {
                throw new ControlError(422, e.Message);
            }
        }
    }

    private static Task Json<T>(HttpContext context, T body) =>
        context.Response.WriteAsJsonAsync(body, Options, context.RequestAborted);

    private static Task Done(HttpContext context, Action act)
    {
        act();
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private sealed record FaultList([property: JsonRequired] IReadOnlyList<Fault?> Faults);

    private sealed record StatusChange([property: JsonRequired] string Status);

    private sealed record Problem(string Error);

    private sealed class ControlError(int status, string message) : Exception(message)
    {
        public int Status { get; } = status;
    }
}
