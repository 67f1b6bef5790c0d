using System.Text.Json;
using System.Text.Json.Nodes;
using MarketManager.Cli.Output;
using MarketManager.Cli.Wire;

namespace MarketManager.Cli.Cluster;

/// <summary>A watch for programs: one object a line, for each change.</summary>
internal sealed class JsonLines(CliContext context) : IWatchView
{
    private bool _isLost;

    public void Start(ClusterSnapshot first)
    {
        var nodes = first.Nodes.Select(node => (JsonNode)new JsonObject
        {
            ["node"] = node.Name,
            ["state"] = node.State,
            ["shards"] = node.Shards,
        });
        Write(first.At, new JsonObject { ["change"] = "start", ["nodes"] = new JsonArray([.. nodes]) });
    }

    public void Show(ClusterSnapshot now, IReadOnlyList<ClusterChange> changes)
    {
        if (_isLost)
        {
            _isLost = false;
            Write(now.At, new JsonObject { ["change"] = "reachable" });
        }

        foreach (var change in changes)
        {
            Write(change.At, change.Json);
        }
    }

    public void Lost(DateTimeOffset at, string why)
    {
        if (!_isLost)
        {
            _isLost = true;
            Write(at, new JsonObject { ["change"] = "unreachable", ["why"] = why });
        }
    }

    public void Dispose()
    {
    }

    private void Write(DateTimeOffset at, JsonObject change)
    {
        change.Insert(0, "at", WireJson.Write(at).GetString());
        context.Out.WriteLine(JsonText.Compact(JsonSerializer.SerializeToElement(change)));
        context.Out.Flush();
    }
}
