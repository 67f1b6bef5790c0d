using System.Globalization;
using MarketManager.Api.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MarketManager.Api.Requests;

/// <summary>Entity tags of the form <c>"version-revision"</c> (RFC 9110, section 13).</summary>
internal static class EntityTag
{
    /// <summary>The tag of a resource.</summary>
    public static string Of(long version, long revision) =>
        string.Create(CultureInfo.InvariantCulture, $"\"{version}-{revision}\"");

    /// <summary>Whether the caller has this very representation already; the whole tag is compared, weakly.</summary>
    public static bool AlreadyHas(HttpContext http, string tag)
    {
        var given = http.Request.Headers.IfNoneMatch;
        if (given.Count == 0)
        {
            return false;
        }

        if (given is ["*"])
        {
            return true;
        }

        var current = new EntityTagHeaderValue(tag);
        return EntityTagHeaderValue.TryParseList(given, out var tags)
            && tags.Any(other => other.Compare(current, useStrongComparison: false));
    }

    /// <summary>Sends a resource with its tag, or 304 where the caller has it.</summary>
    public static Task Send(HttpContext http, string tag, ReplyBuffer buffer, int status = StatusCodes.Status200OK)
    {
        http.Response.Headers.ETag = tag;
        return Reply.Send(http, status, buffer);
    }

    /// <summary>Answers 304 with the tag.</summary>
    public static Task NotModified(HttpContext http, string tag)
    {
        http.Response.Headers.ETag = tag;
        return Reply.Empty(http, StatusCodes.Status304NotModified);
    }

    /// <summary>The versions that <c>If-Match</c> allows; null where any is allowed, empty where none can be.</summary>
    /// <remarks>Only the version counts: a run that ended in between shows a new revision, but is no change by a client.
    /// Weak tags never match (strong comparison), nor do tags that are not of this service's form.</remarks>
    public static IReadOnlyList<long>? ExpectedVersions(HttpContext http)
    {
        var given = http.Request.Headers.IfMatch;
        if (given.Count == 0 || given is ["*"])
        {
            return null;
        }

        if (!EntityTagHeaderValue.TryParseList(given, out var tags))
        {
            return [];
        }

        return [.. tags.Where(tag => !tag.IsWeak).Select(VersionOf).OfType<long>().Distinct()];
    }

    private static long? VersionOf(EntityTagHeaderValue tag)
    {
        var text = tag.Tag.AsSpan().Trim('"');
        var dash = text.IndexOf('-');
        return dash > 0
            && long.TryParse(text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && long.TryParse(text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? version
            : null;
    }
}
