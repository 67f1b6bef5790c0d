using System.Globalization;
using MarketManager.Actors;
using MarketManager.Api.Http;
using MarketManager.Api.Requests;
using MarketManager.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MarketManager.Api.Problems;

/// <summary>An error as it is answered: <c>application/problem+json</c> (RFC 9457).</summary>
/// <param name="Kind">Which kind of error.</param>
/// <param name="Detail">What was wrong, what is allowed, what to do.</param>
/// <param name="Errors">By top-level field or parameter; null where none is at fault.</param>
internal sealed record Problem(
    ProblemKind Kind,
    string Detail,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors = null)
{
    public const string ContentType = "application/problem+json";

    // Long enough for a node to come back, short enough that nobody minds.
    private static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(1);

    // Whether nobody knows what became of the request: what to do then depends on the request.
    private bool IsDoubtful { get; init; }

    /// <summary>The run that is going; null where that is not the error.</summary>
    public Guid? RunId { get; init; }

    /// <summary>When to try again; null where that would not help.</summary>
    public TimeSpan? RetryAfter { get; init; } = Kind.Status == StatusCodes.Status503ServiceUnavailable ? SoonAgain : null;

    /// <summary>There is no such resource.</summary>
    public static Problem NotFound(string detail) => new(ProblemKind.NotFound, detail);

    /// <summary>One field or parameter is wrong.</summary>
    public static Problem Invalid(string field, string message) =>
        new(ProblemKind.Invalid, message, new Dictionary<string, IReadOnlyList<string>> { [field] = [message] });

    /// <summary>What the domain refused.</summary>
    public static Problem From(Rejection why) => new(KindOf(why), why.Detail, why.Errors)
    {
        RunId = why.RunId,
        IsDoubtful = why.Kind == RejectionKind.OutcomeUnknown,
    };

    /// <summary>What the store failed with.</summary>
    public static Problem From(StoreException failure) => failure switch
    {
        StoreFullException => new Problem(ProblemKind.StoreFull, "the disk is full; nothing was done"),
        StoreUnavailableException { OutcomeUnknown: true } => new Problem(
            ProblemKind.OutcomeUnknown, "the store did not confirm the change, which may or may not have been made")
        {
            IsDoubtful = true,
        },
        StoreUnavailableException { Refuses: true } => new Problem(
            ProblemKind.Unavailable, "the store refuses to write, for the reason that is in the node's log; nothing was done"),
        _ => new Problem(ProblemKind.Unavailable, "the store does not answer; nothing was done"),
    };

    /// <summary>Answers with this problem.</summary>
    public Task Write(HttpContext http)
    {
        if (RetryAfter is { } wait)
        {
            var seconds = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));
            http.Response.Headers[HeaderNames.RetryAfter] = seconds.ToString(CultureInfo.InvariantCulture);
        }

        using var buffer = ReplyBuffer.Rent();
        var json = buffer.Json;
        json.WriteStartObject();
        json.WriteString("type"u8, "/problems/" + Kind.Name);
        json.WriteString("title"u8, Kind.Title);
        json.WriteNumber("status"u8, Kind.Status);
        json.WriteString("detail"u8, IsDoubtful ? $"{Detail}; {AdviceFor(http.Request)}" : Detail);
        json.WriteString("instance"u8, http.Request.PathBase.Add(http.Request.Path).ToUriComponent());
        if (RunId is { } run)
        {
            json.WriteString("run_id"u8, run);
        }

        if (Errors is not null)
        {
            json.WriteStartObject("errors"u8);
            foreach (var (field, messages) in Errors)
            {
                json.WriteStartArray(field);
                foreach (var message in messages)
                {
                    json.WriteStringValue(message);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        return Reply.Send(http, Kind.Status, buffer, ContentType);
    }

    // Only creating and running heed a key.
    private static string AdviceFor(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && request.Headers.ContainsKey(IdempotencyHeader.Name)
            ? $"repeat it with the same {IdempotencyHeader.Name}"
            : "read it, then decide whether to repeat the request";

    private static ProblemKind KindOf(Rejection why) => why.Kind switch
    {
        RejectionKind.NotFound => ProblemKind.NotFound,
        RejectionKind.Invalid => ProblemKind.Invalid,
        RejectionKind.Conflict when why.Errors?.ContainsKey("name") == true => ProblemKind.NameTaken,
        RejectionKind.Conflict => ProblemKind.Conflict,
        RejectionKind.AlreadyRunning => ProblemKind.AlreadyRunning,
        RejectionKind.Stale => ProblemKind.StaleVersion,
        RejectionKind.Unavailable or RejectionKind.Moved => ProblemKind.Unavailable,
        RejectionKind.OutcomeUnknown => ProblemKind.OutcomeUnknown,
        RejectionKind.StoreFull => ProblemKind.StoreFull,
        _ => throw new ArgumentOutOfRangeException(nameof(why), why.Kind, "a kind of rejection without a status"),
    };
}
