using System.Text.Json;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Settings;
using MarketManager.Actors.Venues;
using MarketManager.Api.Cluster;
using MarketManager.Api.Http;
using MarketManager.Api.Requests;

namespace MarketManager.Api.Status;

/// <summary>Writes the status.</summary>
internal static class StatusJson
{
    private const int MinutesCounted = 60;

    /// <summary>Writes it.</summary>
    public static void Write(Utf8JsonWriter json, StatusView status)
    {
        var node = status.Node;
        json.WriteStartObject();
        json.WriteString("status"u8, Names<NodeState>.Of(status.State));
        json.WriteString("version"u8, status.Version);
        json.WriteString("environment"u8, node.Environment);
        json.WriteString("node"u8, node.Name);
        json.WriteTime("started"u8, node.Started);
        json.WriteNumber("uptime_seconds"u8, Math.Max(0, (long)(status.Now - node.Started).TotalSeconds));
        json.WriteBoolean("paused"u8, status.Paused);
        json.WriteStartArray("nodes"u8);
        foreach (var member in status.Nodes)
        {
            ClusterJson.WriteShort(json, member);
        }

        if (status.Nodes.Count == 0)
        {
            WriteNode(json, node, status.State);
        }

        json.WriteEndArray();
        WriteExchanges(json, status.Exchanges);
        WriteRuns(json, status.Runs);
        WriteStorage(json, status.Storage);
        json.WriteStartArray("workers"u8);
        foreach (var worker in status.Workers)
        {
            WriteWorker(json, worker);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNode(Utf8JsonWriter json, NodeInfo node, NodeState state)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, node.Name);
        json.WriteString("id"u8, node.Id);
        json.WriteString("address"u8, node.Address);
        json.WriteStartArray("roles"u8);
        foreach (var role in node.Roles)
        {
            json.WriteStringValue(role);
        }

        json.WriteEndArray();
        json.WriteString("state"u8, Names<NodeState>.Of(state));
        json.WriteTime("since"u8, node.Since);
        json.WriteNumber("actors"u8, node.Actors());
        json.WriteEndObject();
    }

    private static void WriteExchanges(Utf8JsonWriter json, ExchangeCounts? counts)
    {
        if (counts is null)
        {
            json.WriteNull("exchanges"u8);
            return;
        }

        json.WriteStartObject("exchanges"u8);
        json.WriteNumber("total"u8, counts.Total);
        json.WriteNumber("enabled"u8, counts.Enabled);
        json.WriteNumber("running"u8, counts.Running);
        json.WriteNumber("stale"u8, counts.Stale);
        json.WriteNumber("failing"u8, counts.Failing);
        json.WriteEndObject();
    }

    private static void WriteRuns(Utf8JsonWriter json, RunCounts? counts)
    {
        if (counts is null)
        {
            json.WriteNull("runs"u8);
            return;
        }

        var all = counts.Succeeded + counts.Failed + counts.Crashed + counts.Stale;
        json.WriteStartObject("runs"u8);
        json.WriteNumber("succeeded"u8, counts.Succeeded);
        json.WriteNumber("failed"u8, counts.Failed);
        json.WriteNumber("crashed"u8, counts.Crashed);
        json.WriteNumber("stale"u8, counts.Stale);
        json.WriteDecimal("per_minute"u8, Math.Round((decimal)all / MinutesCounted, 2));
        json.WriteEndObject();
    }

    private static void WriteStorage(Utf8JsonWriter json, StoreHealth store)
    {
        json.WriteStartObject("storage"u8);
        json.WriteString("engine"u8, store.Engine);
        json.WriteString("version"u8, store.Version);
        json.WriteBoolean("ok"u8, store.Ok);
        json.WriteString("detail"u8, store.Detail);
        json.WriteEndObject();
    }

    private static void WriteWorker(Utf8JsonWriter json, WorkerStatus worker)
    {
        json.WriteStartObject();
        json.WriteWhole("pid"u8, worker.Pid);
        json.WriteString("state"u8, worker.State);
        json.WriteNumber("exchanges"u8, worker.Exchanges);
        json.WriteNumber("restarts"u8, worker.Restarts);
        json.WriteNumber("memory"u8, worker.Memory);
        json.WriteEndObject();
    }
}
