using MarketManager.Actors.Idempotency;
using MarketManager.Api.Access;
using MarketManager.Api.Problems;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Api.Requests;

/// <summary>Reads <c>Idempotency-Key</c>.</summary>
internal static class IdempotencyHeader
{
    public const string Name = "Idempotency-Key";
    private const int MaxLength = 255;

    /// <summary>The key of this request; null where it carries none.</summary>
    /// <param name="http">The request.</param>
    /// <param name="body">Its body.</param>
    public static (IdempotencyKey? Key, Problem? Problem) Read(HttpContext http, RequestBody body)
    {
        if (!http.Request.Headers.TryGetValue(Name, out var values))
        {
            return (null, null);
        }

        var key = values.Count == 1 ? values.ToString() : string.Empty;
        if (key.Length is 0 or > MaxLength)
        {
            return (null, Problem.Invalid(Name, values.Count > 1
                ? $"{Name} is given {values.Count} times; give it once"
                : $"{Name} must have 1 to {MaxLength} characters, not {key.Length}"));
        }

        // Both spellings of a path are one route.
        var route = $"{http.Request.Method} {http.Request.Path.Value!.TrimEnd('/')}/";
        return (new IdempotencyKey(Caller.Of(http).Id, route, key, body.Hash), null);
    }
}
