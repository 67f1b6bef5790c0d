using System.Text.Json;
using System.Text.Json.Serialization;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;

namespace MarketManager.Cluster.Exchanges;

/// <summary>What a node asks of the node that owns an exchange.</summary>
/// <param name="Id">Which exchange.</param>
/// <param name="Key">Under which the answer is kept, so that a repeat is not carried out again; null where nothing is changed.</param>
[JsonDerivedType(typeof(Create), "create")]
[JsonDerivedType(typeof(Get), "get")]
[JsonDerivedType(typeof(Change), "change")]
[JsonDerivedType(typeof(Delete), "delete")]
[JsonDerivedType(typeof(Run), "run")]
[JsonDerivedType(typeof(WhenEnded), "when_ended")]
[JsonDerivedType(typeof(Pause), "pause")]
internal abstract record ExchangeRequest(long Id, IdempotencyKey? Key)
{
    /// <summary>Whether it changes anything.</summary>
    [JsonIgnore]
    public bool IsCommand => Key is not null;

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ClusterJson.Default.ExchangeRequest);

    /// <exception cref="JsonException">It is not one.</exception>
    public static ExchangeRequest FromJson(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, ClusterJson.Default.ExchangeRequest) ?? throw new JsonException("a request is not null");

    /// <summary>The id was given out for it.</summary>
    internal sealed record Create(long Id, NewExchange Draft, IdempotencyKey? Key) : ExchangeRequest(Id, Key);

    internal sealed record Get(long Id) : ExchangeRequest(Id, null);

    internal sealed record Change(long Id, ExchangeChange Changes, long? ExpectedVersion, IdempotencyKey? Key) : ExchangeRequest(Id, Key);

    internal sealed record Delete(long Id, long? ExpectedVersion, IdempotencyKey? Key) : ExchangeRequest(Id, Key);

    internal sealed record Run(long Id, IdempotencyKey? Key) : ExchangeRequest(Id, Key);

    internal sealed record WhenEnded(long Id, Guid RunId, TimeSpan Patience) : ExchangeRequest(Id, null);

    /// <summary>To every node: what the store says of a pause has changed.</summary>
    internal sealed record Pause(bool Paused) : ExchangeRequest(0, null);
}

/// <summary>The forms in which nodes speak about exchanges; unknown fields are ignored, so that versions can talk.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ExchangeRequest))]
[JsonSerializable(typeof(KeptAnswer))]
internal sealed partial class ClusterJson : JsonSerializerContext;
