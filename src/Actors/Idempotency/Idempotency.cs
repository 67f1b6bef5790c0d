namespace MarketManager.Actors.Idempotency;

/// <summary>What makes a repeated request the same request.</summary>
/// <param name="Caller">Who asks: a key's id, or <c>local</c>.</param>
/// <param name="Route">Method and path.</param>
/// <param name="Key">What the caller sent, at most 255 characters.</param>
/// <param name="BodyHash">SHA-256 of the body, hexadecimal; another body under the same key is an error.</param>
public sealed record IdempotencyKey(string Caller, string Route, string Key, string BodyHash);

/// <summary>The answer of a request that carried a key, kept in the transaction of its change.</summary>
/// <remarks>Kept for 24 hours; the store refuses a second one (rule <c>idempotency</c>) unless the first is older.</remarks>
/// <param name="Key">Of which request.</param>
/// <param name="Answer">What the entity answered, JSON; rendered again for a repeat.</param>
/// <param name="At">When, UTC.</param>
public sealed record AnswerKept(IdempotencyKey Key, string Answer, DateTimeOffset At);

/// <summary>Finds kept answers.</summary>
public interface IIdempotencyStore
{
    /// <summary>The answer kept since <paramref name="notBefore"/> for this caller, route and key, whatever its body; else null.</summary>
    ValueTask<AnswerKept?> Find(IdempotencyKey key, DateTimeOffset notBefore, CancellationToken cancellationToken);

    /// <summary>Forgets answers from before that instant.</summary>
    ValueTask Forget(DateTimeOffset before, CancellationToken cancellationToken);
}
