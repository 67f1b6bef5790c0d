using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using MarketManager.Api.Problems;
using Microsoft.AspNetCore.Http;
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
        if (MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || (mergePatch && type.MediaType.Equals(MergePatch, StringComparison.OrdinalIgnoreCase)))
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        var accepted = mergePatch ? $"application/json, {MergePatch}" : "application/json";
        http.Response.Headers[mergePatch ? "Accept-Patch" : HeaderNames.Accept] = accepted;
        var given = string.IsNullOrEmpty(http.Request.ContentType) ? "there is no Content-Type" : $"not '{http.Request.ContentType}'";
        return new Problem(ProblemKind.NotJson, $"the Content-Type must be {accepted.Replace(", ", " or ", StringComparison.Ordinal)} in UTF-8; {given}");
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
