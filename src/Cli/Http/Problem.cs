using System.Net;
using System.Text.Json;

namespace MarketManager.Cli.Http;

/// <summary>Reads an answer that tells of an error: application/problem+json, RFC 9457.</summary>
internal static class Problem
{
    /// <summary>The end of the command that the answer means.</summary>
    public static CliException From(HttpStatusCode status, JsonElement? body, NodeAddress address)
    {
        var problem = body is { ValueKind: JsonValueKind.Object } value ? value : default;
        var message = Text(problem, "detail") ?? Text(problem, "title") ?? $"{address} answered {(int)status} without a reason";
        if (status == HttpStatusCode.Unauthorized && address is NodeAddress.Remote)
        {
            message += "; set MARKETMANAGER_KEY or MARKETMANAGER_KEY_FILE to an API key of this node";
        }

        return new CliException(ExitCodeOf(status), message, FieldErrors(problem, message));
    }

    private static int ExitCodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge => ExitCode.Usage,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ExitCode.NotAllowed,
        HttpStatusCode.NotFound => ExitCode.NotFound,
        HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed => ExitCode.Conflict,
        HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => ExitCode.Unreachable,
        _ => ExitCode.Failed,
    };

    // A single error is often the detail itself: no need to say it twice.
    private static List<string> FieldErrors(JsonElement problem, string message)
    {
        var lines = new List<string>();
        if (problem.ValueKind != JsonValueKind.Object
            || !problem.TryGetProperty("errors", out var errors) || errors.ValueKind != JsonValueKind.Object)
        {
            return lines;
        }

        foreach (var field in errors.EnumerateObject())
        {
            foreach (var error in field.Value.ValueKind == JsonValueKind.Array ? field.Value.EnumerateArray() : default)
            {
                if (error.GetString() is { } text && text != message)
                {
                    lines.Add($"{field.Name}: {text}");
                }
            }
        }

        return lines;
    }

    private static string? Text(JsonElement problem, string name) =>
        problem.ValueKind == JsonValueKind.Object
        && problem.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text
            : null;
}
