using MarketManager.Actors.Access;
using Microsoft.AspNetCore.Http;

namespace MarketManager.Api.Http;

/// <summary>One route: what runs it, who may call it, and all that OpenAPI says of it. Queries are checked by it too.</summary>
/// <param name="Method">GET answers HEAD too.</param>
/// <param name="Pattern">With the trailing slash where resources have one; it answers without as well.</param>
/// <param name="Role">The least role; null is open to anyone.</param>
/// <param name="Summary">One line for OpenAPI.</param>
/// <param name="Handler">Answers the request.</param>
internal sealed record ApiRoute(string Method, string Pattern, Role? Role, string Summary, RequestDelegate Handler)
{
    /// <summary>The query parameters there are; any other is refused.</summary>
    public IReadOnlyList<QueryParameter> Query { get; init; } = [];

    /// <summary>The body it takes; null for none.</summary>
    public BodyShape? Body { get; init; }

    /// <summary>The answers of success. Errors are the same everywhere.</summary>
    public IReadOnlyList<AnswerShape> Answers { get; init; } = [];

    /// <summary>Request headers with a meaning of their own.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>Statuses of the errors that this route adds to those that any route can answer.</summary>
    public IReadOnlyList<int> Errors { get; init; } = [];

    /// <summary>True where the route is served under names and therefore listed in no document.</summary>
    public bool Hidden { get; init; }

    /// <summary>True where the route is there on a node that does not serve the API, too.</summary>
    public bool OnEveryNode { get; init; }

    /// <summary>True where a request may take long by its caller's wish.</summary>
    public bool Waits { get; init; }
}

/// <summary>A query parameter.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Type">JSON schema type: string, integer, number, boolean.</param>
/// <param name="Description">What it does.</param>
internal sealed record QueryParameter(string Name, string Type, string Description)
{
    /// <summary>The values there are; null for any.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>The schema's format, such as date-time; null for none.</summary>
    public string? Format { get; init; }

    /// <summary>Smallest number.</summary>
    public long? Minimum { get; init; }

    /// <summary>Largest number.</summary>
    public long? Maximum { get; init; }
}

/// <summary>The body that a route takes.</summary>
/// <param name="Schema">Its schema's name.</param>
/// <param name="Required">False where nothing may be sent.</param>
/// <param name="MergePatch">True where it is a merge patch (RFC 7396).</param>
internal sealed record BodyShape(string Schema, bool Required = true, bool MergePatch = false);

/// <summary>An answer of success.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Schema">Its schema's name; null where it has no JSON body.</param>
/// <param name="Description">What it means.</param>
internal sealed record AnswerShape(int Status, string? Schema, string Description)
{
    /// <summary>True for one page of a list of the schema.</summary>
    public bool List { get; init; }

    /// <summary>The media type, where it is not JSON.</summary>
    public string MediaType { get; init; } = "application/json";
}
