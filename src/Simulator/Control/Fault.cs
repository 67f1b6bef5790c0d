using System.Text.Json.Serialization;

namespace MarketManager.Simulator.Control;

/// <summary>What goes wrong.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FaultKind>))]
internal enum FaultKind
{
    /// <summary>The right answer after <c>milliseconds</c>.</summary>
    [JsonStringEnumMemberName("latency")]
    Latency,

    /// <summary>429 with <c>retry_after</c> seconds.</summary>
    [JsonStringEnumMemberName("rate_limit")]
    RateLimit,

    /// <summary>418 with <c>retry_after</c> seconds.</summary>
    [JsonStringEnumMemberName("ban")]
    Ban,

    /// <summary>An HTTP error of <c>status</c>.</summary>
    [JsonStringEnumMemberName("error")]
    Error,

    /// <summary>200 with something that is not JSON.</summary>
    [JsonStringEnumMemberName("malformed")]
    Malformed,

    /// <summary>200 with the first half of the right answer.</summary>
    [JsonStringEnumMemberName("truncated")]
    Truncated,

    /// <summary>No answer until the client goes away.</summary>
    [JsonStringEnumMemberName("hang")]
    Hang,

    /// <summary>The connection is reset.</summary>
    [JsonStringEnumMemberName("reset")]
    Reset,

    /// <summary>200 with values that no venue should send.</summary>
    [JsonStringEnumMemberName("absurd")]
    Absurd,
}

/// <summary>A fault, as it is ordered.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Path">The path that it befalls; null for all of the venue's.</param>
/// <param name="Count">How many more requests it befalls; null without end.</param>
/// <param name="Milliseconds">Latency: 1 to 600,000, required.</param>
/// <param name="Status">Error: 400 to 599, default 503.</param>
/// <param name="RetryAfter">Rate limit and ban: seconds, 0 to 259,200; default 5 and 120.</param>
internal sealed record Fault(
    [property: JsonRequired] FaultKind Kind,
    string? Path = null,
    int? Count = null,
    int? Milliseconds = null,
    int? Status = null,
    int? RetryAfter = null)
{
    /// <summary>What is wrong with it, or null.</summary>
    public string? Problem(IReadOnlyCollection<string> paths) => this switch
    {
        { Path: { } path } when !paths.Contains(path) =>
            $"unknown path '{path}'; allowed are null and {string.Join(", ", paths.Order(StringComparer.Ordinal))}",
        { Count: < 1 } => "count must be at least 1, or null for every request",
        { Kind: FaultKind.Latency, Milliseconds: not (>= 1 and <= 600_000) } => "latency needs milliseconds, 1 to 600000",
        { Kind: not FaultKind.Latency, Milliseconds: not null } => "milliseconds belongs to latency",
        { Kind: not FaultKind.Error, Status: not null } => "status belongs to error",
        { Status: not (null or (>= 400 and <= 599)) } => "status must be 400 to 599",
        { Kind: not (FaultKind.RateLimit or FaultKind.Ban), RetryAfter: not null } => "retry_after belongs to rate_limit and ban",
        { RetryAfter: not (null or (>= 0 and <= 259_200)) } => "retry_after must be 0 to 259200 seconds",
        _ => null,
    };
}
