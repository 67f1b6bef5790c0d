using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Api.Http;

/// <summary>Sends what a <see cref="ReplyBuffer"/> holds, in one piece with its length.</summary>
internal static class Reply
{
    /// <summary>The media type of JSON answers; JSON is UTF-8 by definition (RFC 8259).</summary>
    public const string Json = "application/json";

    /// <summary>Sends the JSON in the buffer. The server flushes when the handler returns, so nothing is awaited here.</summary>
    public static Task Send(HttpContext http, int status, ReplyBuffer buffer, string contentType = Json)
    {
        buffer.Json.Flush();
        return Send(http, status, buffer.Bytes.WrittenSpan, contentType);
    }

    /// <summary>Sends bytes.</summary>
    public static Task Send(HttpContext http, int status, ReadOnlySpan<byte> bytes, string contentType)
    {
        var response = http.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = bytes.Length;
        response.BodyWriter.Write(bytes);
        return Task.CompletedTask;
    }

    /// <summary>Answers without a body.</summary>
    public static Task Empty(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
