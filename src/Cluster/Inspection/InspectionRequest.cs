using System.Text.Json;
using System.Text.Json.Serialization;
using MarketManager.Actors;
using MarketManager.Kernel;

namespace MarketManager.Cluster.Inspection;

/// <summary>What a node asks of another one about itself.</summary>
[JsonDerivedType(typeof(Look), "look")]
[JsonDerivedType(typeof(Actor), "actor")]
[JsonDerivedType(typeof(Move), "move")]
[JsonDerivedType(typeof(Drain), "drain")]
[JsonDerivedType(typeof(Resume), "resume")]
internal abstract record InspectionRequest
{
    /// <summary>Whether it changes nothing.</summary>
    [JsonIgnore]
    public bool IsSafe => this is Look or Actor;

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, InspectionJson.Default.InspectionRequest);

    /// <exception cref="JsonException">It is not one.</exception>
    public static InspectionRequest FromJson(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, InspectionJson.Default.InspectionRequest) ?? throw new JsonException("a request is not null");

    /// <summary>How do you stand?</summary>
    internal sealed record Look : InspectionRequest;

    /// <summary>How is the actor of this exchange?</summary>
    internal sealed record Actor(long Exchange) : InspectionRequest;

    /// <summary>Hand over a shard of yours.</summary>
    internal sealed record Move(string Role, int Shard, Guid To) : InspectionRequest;

    /// <summary>Hand over all.</summary>
    internal sealed record Drain : InspectionRequest;

    /// <summary>Take your share again.</summary>
    internal sealed record Resume : InspectionRequest;
}

/// <summary>What a node says of itself; only that is set which was asked for.</summary>
internal sealed record InspectionReply
{
    public NodeLook? Look { get; init; }

    public ActorLook? Actor { get; init; }

    /// <summary>Why it was not done.</summary>
    public Rejection? Why { get; init; }
}

/// <summary>How a node stands.</summary>
/// <param name="Actors">How many live on it.</param>
/// <param name="Entities">By role and shard, where there are any.</param>
/// <param name="Lease">How much of it is left; zero where it does not hold.</param>
internal sealed record NodeLook(
    long Actors, IReadOnlyDictionary<string, IReadOnlyDictionary<int, int>> Entities, TimeSpan Lease);

/// <summary>How an actor is.</summary>
/// <param name="Seen">Null where there is none.</param>
/// <param name="Broken">Why it cannot be used; null where it can.</param>
/// <param name="IsLacking">Whether the node certainly would have it if it existed; false while its shard is being opened.</param>
/// <param name="At">When, UTC.</param>
internal sealed record ActorLook(ActorInspection? Seen, string? Broken, bool IsLacking, DateTimeOffset At);

/// <summary>The forms in which nodes speak about themselves; unknown fields are ignored, so that versions can talk.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(InspectionRequest))]
[JsonSerializable(typeof(InspectionReply))]
internal sealed partial class InspectionJson : JsonSerializerContext;
