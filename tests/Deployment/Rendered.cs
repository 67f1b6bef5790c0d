using System.Diagnostics;
using System.Text.Json.Nodes;

namespace MarketManager.Deployment.Tests;

/// <summary>What an overlay comes to.</summary>
/// <param name="resources">All of them.</param>
internal sealed class Rendered(IReadOnlyList<JsonNode> resources)
{
    public IEnumerable<JsonNode> Deployments => Of("Deployment");

    /// <summary>Renders an overlay as <c>kubectl apply -k</c> would.</summary>
    public static async Task<Rendered> Overlay(string name)
    {
        var (exitCode, output, error) = await Programs.Run(new ProcessStartInfo(
            "kubectl", ["kustomize", Path.Combine(Repository.Root, "docker/kubernetes/overlays", name)]));
        return exitCode == 0
            ? new Rendered(Yaml.Documents(output))
            : throw new InvalidOperationException($"kubectl kustomize failed for {name}; it has to be 1.27 or later:\n{error}");
    }

    public IEnumerable<JsonNode> Of(string kind) => resources.Where(resource => resource.Text("kind") == kind);

    public JsonNode Named(string kind, string name) => Of(kind).Single(resource => resource.Text("metadata/name") == name);

    /// <summary>The names of the deployments whose pods carry these labels.</summary>
    public IEnumerable<string> Select(JsonNode? matchLabels)
    {
        var wanted = ((JsonObject)matchLabels!).Select(label => (label.Key, label.Value!.ToString()));
        return from deployment in Deployments
               let labels = deployment.Map("spec/template/metadata/labels")
               where wanted.All(label => labels.GetValueOrDefault(label.Key) == label.Item2)
               select deployment.Text("metadata/name");
    }
}
