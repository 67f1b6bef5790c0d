namespace MarketManager.Api.Problems;

/// <summary>A kind of error: its type URI is <c>/problems/{Name}</c>, relative to the service; docs/api.md lists them.</summary>
/// <param name="Name">Stable.</param>
/// <param name="Title">The same for every occurrence.</param>
/// <param name="Status">The HTTP status.</param>
internal sealed record ProblemKind(string Name, string Title, int Status)
{
    public static readonly ProblemKind BadRequest = new("bad-request", "The request is not valid HTTP", 400);
    public static readonly ProblemKind MalformedJson = new("malformed-json", "The body is not well-formed JSON", 400);
    public static readonly ProblemKind Unauthorized = new("unauthorized", "A valid key is needed", 401);
    public static readonly ProblemKind Forbidden = new("forbidden", "The key's role does not allow this", 403);
    public static readonly ProblemKind ForeignHost = new("foreign-host", "The request's Host is not this service", 403);
    public static readonly ProblemKind ForeignOrigin = new("foreign-origin", "The request comes from another site", 403);
    public static readonly ProblemKind NotFound = new("not-found", "There is nothing here", 404);
    public static readonly ProblemKind MethodNotAllowed = new("method-not-allowed", "The method is not allowed here", 405);
    public static readonly ProblemKind Conflict = new("conflict", "Another request is in the way", 409);
    public static readonly ProblemKind NameTaken = new("name-taken", "The name is taken", 409);
    public static readonly ProblemKind AlreadyRunning = new("already-running", "A run is already going", 409);
    public static readonly ProblemKind StaleVersion = new("stale-version", "The resource has changed since it was read", 412);
    public static readonly ProblemKind BodyTooLarge = new("body-too-large", "The body is too large", 413);
    public static readonly ProblemKind NotJson = new("not-json", "The body's content type is not JSON", 415);
    public static readonly ProblemKind Invalid = new("invalid", "The request is understood but not valid", 422);
    public static readonly ProblemKind TooManyRequests = new("too-many-requests", "Too many requests with this key", 429);
    public static readonly ProblemKind Internal = new("internal", "A defect of the service", 500);
    public static readonly ProblemKind Unavailable = new("unavailable", "The service cannot answer now", 503);
    public static readonly ProblemKind OutcomeUnknown = new("outcome-unknown", "Whether the change was made is not known", 503);
    public static readonly ProblemKind StoreFull = new("store-full", "The disk is full", 507);

    /// <summary>All of them, by status.</summary>
    public static readonly IReadOnlyList<ProblemKind> All =
    [
        BadRequest, MalformedJson, Unauthorized, Forbidden, ForeignHost, ForeignOrigin, NotFound, MethodNotAllowed, Conflict,
        NameTaken, AlreadyRunning, StaleVersion, BodyTooLarge, NotJson, Invalid, TooManyRequests, Internal, Unavailable,
        OutcomeUnknown, StoreFull,
    ];
}
