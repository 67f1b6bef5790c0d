using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace MarketManager.Deployment.Tests;

/// <summary>YAML as JSON, which is easier to walk.</summary>
internal static class Yaml
{
    private static readonly IDeserializer Reader = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();
    private static readonly ISerializer Writer = new SerializerBuilder().JsonCompatible().Build();

    /// <summary>All documents of a text; merge keys (<c>&lt;&lt;</c>) are carried out.</summary>
    public static IReadOnlyList<JsonNode> Documents(string text)
    {
        var documents = new List<JsonNode>();
        var parser = new MergingParser(new Parser(new StringReader(text)));
        parser.Consume<StreamStart>();
        while (parser.Accept<DocumentStart>(out _))
        {
            documents.Add(JsonNode.Parse(Writer.Serialize(Reader.Deserialize(parser)))!);
        }

        return documents;
    }

    /// <summary>The value at a path such as <c>spec/template/metadata</c>, with numbers for the places in lists; null where there is none.</summary>
    public static JsonNode? At(this JsonNode? node, string path) =>
        path.Split('/').Aggregate(node, static (at, step) => at switch
        {
            JsonArray list => list.ElementAtOrDefault(int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)),
            JsonObject map => map[step],
            _ => null,
        });

    /// <summary>The text of a scalar; null where there is none.</summary>
    public static string? Text(this JsonNode? node, string path) => node.At(path)?.ToString();

    /// <summary>The elements of a list; none where there is no list.</summary>
    public static IEnumerable<JsonNode> List(this JsonNode? node, string path) => (node.At(path) as JsonArray ?? []).Select(item => item!);

    /// <summary>A map of texts; empty where there is none.</summary>
    public static IReadOnlyDictionary<string, string> Map(this JsonNode? node, string path) =>
        (node.At(path) as JsonObject ?? []).ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? string.Empty);
}
