using System.Text.Json.Nodes;

namespace MarketManager.Cli.Http;

/// <summary>One request to a node.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">Path and query under the node's address, without a leading slash.</param>
internal sealed record NodeRequest(HttpMethod Method, string Path)
{
    /// <summary>Sent as JSON; null for no body.</summary>
    public JsonNode? Body { get; init; }

    /// <summary>The version that the change is meant for; null for any.</summary>
    public string? IfMatch { get; init; }

    /// <summary>How long the node may take on purpose (<c>?wait=</c>), on top of the time it has for any answer.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>Whether it may be sent again when its fate is not known: reading, and a POST under an idempotency key.</summary>
    public bool Repeatable { get; init; }

    public static NodeRequest Get(string path) => new(HttpMethod.Get, path) { Repeatable = true };

    /// <summary>A deletion: it may have to wait for the end of a run, for which a node gives itself as long again.</summary>
    public static NodeRequest Delete(string path) => new(HttpMethod.Delete, path) { Wait = TimeSpan.FromSeconds(30) };

    public static NodeRequest Post(string path, JsonNode? body = null) =>
        new(HttpMethod.Post, path) { Body = body, Repeatable = true };
}
