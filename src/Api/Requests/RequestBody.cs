using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using MarketManager.Api.Http;
using MarketManager.Api.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace MarketManager.Api.Requests;

/// <summary>A body that was read and is a JSON object.</summary>
/// <param name="Root">The object.</param>
/// <param name="Hash">SHA-256 of the bytes as they came, hexadecimal.</param>
internal sealed record RequestBody(JsonElement Root, string Hash)
{
    /// <summary>The largest body, in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const string MergePatch = "application/merge-patch+json";

    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}"u8);

    /// <summary>Reads a body that has to be there.</summary>
    /// <param name="http">The request.</param>
    /// <param name="mergePatch">True where <c>application/merge-patch+json</c> is welcome too.</param>
    public static async ValueTask<(RequestBody? Body, Problem? Problem)> Read(HttpContext http, bool mergePatch = false)
    {
        if (RefuseType(http, mergePatch) is { } notJson)
        {
            return (null, notJson);
        }

        var (bytes, tooLarge) = await ReadBytes(http);
        return tooLarge is null ? Parse(bytes) : (null, tooLarge);
    }

    /// <summary>Reads a body that may be left out, and then is the empty object.</summary>
    public static async ValueTask<(RequestBody? Body, Problem? Problem)> ReadOptional(HttpContext http)
    {
        var (bytes, tooLarge) = await ReadBytes(http);
        if (tooLarge is not null)
        {
            return (null, tooLarge);
        }

        if (bytes.Length == 0)
        {
            return (new RequestBody(EmptyObject, Sha256(bytes)), null);
        }

        return RefuseType(http, mergePatch: false) is { } notJson ? (null, notJson) : Parse(bytes);
    }

    private static (RequestBody? Body, Problem? Problem) Parse(byte[] bytes)
    {
        var (root, problem) = StrictJson.Parse(bytes);
        return problem is null ? (new RequestBody(root, Sha256(bytes)), null) : (null, problem);
    }

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static Problem? RefuseType(HttpContext http, bool mergePatch)
    {
        string[] accepted = mergePatch ? [Reply.Json, MergePatch] : [Reply.Json];
        var given = http.Request.ContentType;
        if (MediaTypeHeaderValue.TryParse(given, out var type)
            && accepted.Any(one => type.MediaType.Equals(one, StringComparison.OrdinalIgnoreCase))
            && IsUtf8(HeaderUtilities.RemoveQuotes(type.Charset)))
        {
            return null;
        }

        http.Response.Headers[mergePatch ? "Accept-Patch" : HeaderNames.Accept] = string.Join(", ", accepted);
        return new Problem(
            ProblemKind.NotJson,
            $"the Content-Type must be {string.Join(" or ", accepted)}, in UTF-8; "
            + (string.IsNullOrEmpty(given) ? "there is none" : $"it is '{given}'"));

        static bool IsUtf8(StringSegment charset) =>
            !charset.HasValue || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase);
    }

    private static async ValueTask<(byte[] Bytes, Problem? Problem)> ReadBytes(HttpContext http)
    {
        if (http.Request.ContentLength > MaxBytes)
        {
            return ([], TooLarge());
        }

        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            if (read.Buffer.Length > MaxBytes)
            {
                reader.AdvanceTo(read.Buffer.End);
                return ([], TooLarge());
            }

            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return (bytes, null);
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static Problem TooLarge() => new(ProblemKind.BodyTooLarge, $"the body is larger than {MaxBytes} bytes (1 MiB)");
}
