using System.Text.Json;
using System.Text.Json.Nodes;

namespace MarketManager.Cli.Apply;

/// <summary>One thing that has to happen, or not, for an exchange to be as a file wants it; a closed family.</summary>
/// <param name="Name">The exchange's name.</param>
internal abstract record ApplyStep(string Name)
{
    /// <summary>It is not there yet.</summary>
    public sealed record Create(string Name, IReadOnlyList<FieldChange> Fields) : ApplyStep(Name);

    /// <summary>It is there and differs.</summary>
    public sealed record Change(string Name, long Id, IReadOnlyList<FieldChange> Fields) : ApplyStep(Name);

    /// <summary>It is as it should be.</summary>
    public sealed record Unchanged(string Name, long Id) : ApplyStep(Name);

    /// <summary>The file does not know it, and such are to go.</summary>
    public sealed record Delete(string Name, long Id) : ApplyStep(Name);

    /// <summary>The body of the request that sets the fields.</summary>
    public static JsonObject Body(IEnumerable<FieldChange> fields)
    {
        var body = new JsonObject();
        foreach (var field in fields)
        {
            body[field.Field] = field.Wanted is { } value ? JsonNode.Parse(value.GetRawText()) : null;
        }

        return body;
    }
}

/// <summary>A field that is to change.</summary>
/// <param name="Field">Its name.</param>
/// <param name="Old">What it is; null of an exchange that is not there yet.</param>
/// <param name="New">What it will be.</param>
/// <param name="Wanted">What the file says; null for "the default".</param>
internal sealed record FieldChange(string Field, JsonElement? Old, JsonElement New, JsonElement? Wanted);
