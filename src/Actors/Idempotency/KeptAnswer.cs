using System.Text.Json;
using System.Text.Json.Serialization;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;

namespace MarketManager.Actors.Idempotency;

/// <summary>An answer in the form in which it is kept: what the entity said, so that a repeat is rendered from the same.</summary>
/// <param name="Exchange">Set for a creation.</param>
/// <param name="Run">Set for a run on demand.</param>
/// <param name="Why">Set for a rejection.</param>
public sealed record KeptAnswer(ExchangeView? Exchange, RunView? Run, Rejection? Why)
{
    /// <summary>The row of a creation.</summary>
    public static AnswerKept Of(IdempotencyKey key, ExchangeView exchange, DateTimeOffset at) => Row(key, new(exchange, null, null), at);

    /// <summary>The row of a run on demand.</summary>
    public static AnswerKept Of(IdempotencyKey key, RunView run, DateTimeOffset at) => Row(key, new(null, run, null), at);

    /// <summary>The row of a rejection.</summary>
    public static AnswerKept Of(IdempotencyKey key, Rejection why, DateTimeOffset at) => Row(key, new(null, null, why), at);

    /// <summary>The answer as it was kept.</summary>
    public static KeptAnswer Read(AnswerKept row) => JsonSerializer.Deserialize(row.Answer, KeptAnswerJson.Default.KeptAnswer)!;

    private static AnswerKept Row(IdempotencyKey key, KeptAnswer answer, DateTimeOffset at) =>
        new(key, JsonSerializer.Serialize(answer, KeptAnswerJson.Default.KeptAnswer), at);
}

/// <summary>The form in which answers are kept.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(KeptAnswer))]
internal sealed partial class KeptAnswerJson : JsonSerializerContext;
