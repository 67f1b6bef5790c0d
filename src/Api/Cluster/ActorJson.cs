using System.Text.Json;
using MarketManager.Api.Http;
using MarketManager.Api.Requests;
using MarketManager.Cluster.Inspection;
using MarketManager.Kernel;

namespace MarketManager.Api.Cluster;

/// <summary>Writes an actor. Ages are by its node's clock, whatever the reader's shows.</summary>
internal static class ActorJson
{
    /// <summary>Writes it.</summary>
    public static void Write(Utf8JsonWriter json, ActorStatus actor)
    {
        json.WriteStartObject();
        json.WriteNumber("exchange"u8, actor.Entity);
        json.WriteString("state"u8, StateOf(actor));
        json.WriteString("path"u8, actor.Seen?.Path);
        json.WriteString("node"u8, actor.Node);
        json.WriteString("address"u8, actor.Address is { } address ? ClusterJson.AddressOf(address) : null);
        json.WriteString("role"u8, actor.Role);
        json.WriteNumber("shard"u8, actor.Shard);
        json.WriteNumber("epoch"u8, actor.Epoch);
        json.WriteWhole("sequence"u8, actor.Seen?.Sequence);
        json.WriteWhole("mailbox"u8, actor.Seen?.Mailbox);
        json.WriteWhole("restarts"u8, actor.Seen?.Restarts);
        json.WriteString("broken"u8, actor.Broken);
        WriteFailure(json, actor.Seen?.LastFailure);
        json.WriteStartArray("messages"u8);
        foreach (var message in actor.Seen?.Messages ?? [])
        {
            json.WriteStartObject();
            json.WriteString("type"u8, message.Type);
            json.WriteTime("at"u8, message.At);
            json.WriteDecimal("age_seconds"u8, Math.Max(0, Math.Round((decimal)(actor.At - message.At).TotalSeconds, 3)));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("children"u8);
        foreach (var child in actor.Seen?.Children ?? [])
        {
            WriteChild(json, child);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string StateOf(ActorStatus actor) =>
        actor.Seen is { } seen ? Names<ActorState>.Of(seen.State) : actor.Broken is not null ? "broken" : "moving";

    private static void WriteChild(Utf8JsonWriter json, ActorInspection child)
    {
        json.WriteStartObject();
        json.WriteString("path"u8, child.Path);
        json.WriteString("state"u8, Names<ActorState>.Of(child.State));
        json.WriteNumber("mailbox"u8, child.Mailbox);
        json.WriteNumber("restarts"u8, child.Restarts);
        WriteFailure(json, child.LastFailure);
        json.WriteEndObject();
    }

    private static void WriteFailure(Utf8JsonWriter json, ActorFailure? failure)
    {
        if (failure is null)
        {
            json.WriteNull("last_error"u8);
            return;
        }

        json.WriteStartObject("last_error"u8);
        json.WriteString("kind"u8, failure.Type);
        json.WriteString("message"u8, failure.Message);
        json.WriteTime("at"u8, failure.At);
        json.WriteEndObject();
    }
}
