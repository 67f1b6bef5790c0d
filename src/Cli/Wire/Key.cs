using System.Text.Json.Serialization;

namespace MarketManager.Cli.Wire;

/// <summary>An API key, as <c>/api/keys/</c> shows it.</summary>
internal sealed record Key(string Id, string Name, string Role, DateTimeOffset Created, DateTimeOffset? Revoked)
{
    /// <summary>The whole key, in the answer that made it and never again.</summary>
    [JsonPropertyName("key")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }
}
