using System.Text.Json;
using MarketManager.Api.Http;
using MarketManager.Api.Lists;
using MarketManager.Api.Requests;
using MarketManager.Cluster.Inspection;

namespace MarketManager.Api.Cluster;

/// <summary>How a shard stands.</summary>
internal enum ShardState
{
    /// <summary>A node owns it.</summary>
    Owned,

    /// <summary>Nobody does.</summary>
    Free,

    /// <summary>Nobody does, and it is meant for a certain node.</summary>
    Moving,
}

/// <summary>Writes the cluster, its nodes and its shards.</summary>
internal static class ClusterJson
{
    /// <summary>For lists of nodes.</summary>
    public static readonly RowFormat<NodeStatus> Nodes = new(
        "nodes", Write, ["name", "id", "address", "roles", "state", "since", "shards", "actors", "lease_seconds"], WriteCsv);

    /// <summary>For lists of shards.</summary>
    public static readonly RowFormat<ShardStatus> Shards = new(
        "shards", Write, ["role", "shard", "state", "owner", "epoch", "wanted", "actors"], WriteCsv);

    /// <summary>How a shard stands.</summary>
    public static ShardState StateOf(ShardStatus shard) =>
        shard.Owner is not null ? ShardState.Owned : shard.Wanted is null ? ShardState.Free : ShardState.Moving;

    /// <summary>Writes the cluster.</summary>
    public static void Write(Utf8JsonWriter json, ClusterStatus cluster)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, cluster.Id);
        json.WriteNumber("level"u8, cluster.Level);
        json.WriteString("node"u8, cluster.Node);
        json.WriteString("state"u8, Names<MemberState>.Of(cluster.State));
        json.WriteString("store"u8, cluster.Store);
        json.WriteNumber("nodes"u8, cluster.Nodes);
        json.WriteStartObject("shards"u8);
        json.WriteNumber("owned"u8, cluster.Owned);
        json.WriteNumber("free"u8, cluster.Free);
        json.WriteNumber("moving"u8, cluster.Moving);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes one node.</summary>
    public static void Write(Utf8JsonWriter json, NodeStatus node)
    {
        json.WriteStartObject();
        WriteIdentity(json, node);
        json.WriteNumber("shards"u8, node.Shards);
        json.WriteWhole("actors"u8, node.Actors);
        json.WriteDecimal("lease_seconds"u8, SecondsOf(node.Lease));
        json.WriteEndObject();
    }

    /// <summary>Writes one node as the status of the whole shows it.</summary>
    public static void WriteShort(Utf8JsonWriter json, NodeStatus node)
    {
        json.WriteStartObject();
        WriteIdentity(json, node);
        json.WriteWhole("actors"u8, node.Actors);
        json.WriteEndObject();
    }

    /// <summary>Writes one shard.</summary>
    public static void Write(Utf8JsonWriter json, ShardStatus shard)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, shard.Role);
        json.WriteNumber("shard"u8, shard.Number);
        json.WriteString("state"u8, Names<ShardState>.Of(StateOf(shard)));
        json.WriteString("owner"u8, shard.Owner);
        json.WriteNumber("epoch"u8, shard.Epoch);
        json.WriteString("wanted"u8, shard.Wanted);
        json.WriteWhole("actors"u8, shard.Actors);
        json.WriteEndObject();
    }

    private static void WriteIdentity(Utf8JsonWriter json, NodeStatus node)
    {
        json.WriteString("name"u8, node.Name);
        json.WriteString("id"u8, node.Id);
        json.WriteString("address"u8, AddressOf(node.Address));
        json.WriteStartArray("roles"u8);
        foreach (var role in node.Roles)
        {
            json.WriteStringValue(role);
        }

        json.WriteEndArray();
        json.WriteString("state"u8, Names<MemberState>.Of(node.State));
        json.WriteTime("since"u8, node.Since);
    }

    private static void WriteCsv(CsvWriter csv, NodeStatus node)
    {
        csv.Text(node.Name);
        csv.Text(node.Id.ToString());
        csv.Text(AddressOf(node.Address));
        csv.Text(string.Join(' ', node.Roles));
        csv.Text(Names<MemberState>.Of(node.State));
        csv.Time(node.Since);
        csv.Whole(node.Shards);
        csv.Whole(node.Actors);
        csv.Number(SecondsOf(node.Lease));
    }

    private static void WriteCsv(CsvWriter csv, ShardStatus shard)
    {
        csv.Text(shard.Role);
        csv.Whole(shard.Number);
        csv.Text(Names<ShardState>.Of(StateOf(shard)));
        csv.Text(shard.Owner);
        csv.Whole(shard.Epoch);
        csv.Text(shard.Wanted);
        csv.Whole(shard.Actors);
    }

    /// <summary>An address as it was given: without the slash that a root path has.</summary>
    public static string AddressOf(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private static decimal? SecondsOf(TimeSpan? span) => span is { } time ? Math.Round((decimal)time.TotalSeconds, 3) : null;
}
