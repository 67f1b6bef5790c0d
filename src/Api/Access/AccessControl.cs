using System.Collections.Concurrent;
using System.Net.Sockets;
using MarketManager.Actors.Access;
using MarketManager.Api.Problems;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MarketManager.Api.Access;

/// <summary>Decides, before anything else happens, who calls and whether a request is let in.</summary>
internal sealed class AccessControl(ApiOptions options, KeyRing keys, TimeProvider time)
{
    private const string Scheme = "Bearer ";

    private readonly LocalSite? _open = options.Access == AccessMode.OpenOnLoopback ? new LocalSite(options.Hosts) : null;

    // One per key that was ever good: as many as there are keys.
    private readonly ConcurrentDictionary<string, TokenBucket> _buckets = new(StringComparer.Ordinal);

    /// <summary>The problem of a request that is not let in; null where it is.</summary>
    /// <param name="http">The request.</param>
    /// <param name="needed">The least role; null is open to anyone.</param>
    public ValueTask<Problem?> Check(HttpContext http, Role? needed)
    {
        if (IsOverSocket(http))
        {
            http.Features.Set(Caller.Local);
            return default;
        }

        if (_open?.Refuse(http) is { } foreign)
        {
            return ValueTask.FromResult<Problem?>(foreign);
        }

        if (needed is not { } role)
        {
            return default;
        }

        var authorization = http.Request.Headers.Authorization;
        if (_open is not null && authorization.Count == 0)
        {
            http.Features.Set(Caller.Local);
            return default;
        }

        return CheckKey(http, authorization.ToString(), role);
    }

    private async ValueTask<Problem?> CheckKey(HttpContext http, string authorization, Role needed)
    {
        if (authorization.Length == 0)
        {
            http.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer realm=\"marketmanager\"";
            return new Problem(ProblemKind.Unauthorized, "this needs a key: send 'Authorization: Bearer <key>'");
        }

        var key = authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? await keys.Find(authorization[Scheme.Length..].Trim(), http.RequestAborted)
            : null;
        if (key is null)
        {
            http.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer realm=\"marketmanager\", error=\"invalid_token\"";
            return new Problem(ProblemKind.Unauthorized, "the key is unknown or revoked, or not sent as 'Bearer mm_...'");
        }

        var caller = new Caller(key.Id, key.Role);
        http.Features.Set(caller);
        return Limit(key) ?? caller.Lacks(needed);
    }

    private Problem? Limit(ApiKey key)
    {
        if (_open is not null)
        {
            return null;
        }

        var bucket = _buckets.GetOrAdd(
            key.Id, static (_, of) => new TokenBucket(of.options.RequestsPerSecond, of.options.Burst, of.time), (options, time));
        return bucket.Take() is { } wait
            ? new Problem(
                ProblemKind.TooManyRequests,
                $"a key may send {options.RequestsPerSecond} requests a second, and {options.Burst} at once after a pause")
            {
                RetryAfter = wait,
            }
            : null;
    }

    /// <summary>The socket's file is the local user's alone (mode 0600): who reaches it is allowed all.</summary>
    public static bool IsOverSocket(HttpContext http) =>
        http.Connection.LocalIpAddress is null
        && http.Features.Get<IConnectionSocketFeature>()?.Socket.AddressFamily == AddressFamily.Unix;
}
