using MarketManager.Actors.Idempotency;
using MarketManager.Storage.PostgreSql.Reading;

namespace MarketManager.Storage.PostgreSql;

/// <summary>Kept answers.</summary>
internal sealed class PostgresAnswers(ReaderSource readers) : IIdempotencyStore
{
    public async ValueTask<AnswerKept?> Find(IdempotencyKey key, DateTimeOffset notBefore, CancellationToken cancellationToken)
    {
        var kept = await readers.Read(
            "SELECT body_hash, answer, at FROM mm.answer WHERE caller = $1 AND route = $2 AND key = $3 AND at >= $4",
            parameters => parameters.Add(key.Caller).Add(key.Route).Add(key.Key).Add(notBefore),
            row => new AnswerKept(key with { BodyHash = row.Text() }, row.Text(), row.Time()),
            cancellationToken);
        return kept is [var answer] ? answer : null;
    }

    public async ValueTask Forget(DateTimeOffset before, CancellationToken cancellationToken) =>
        await readers.Execute("DELETE FROM mm.answer WHERE at < $1", parameters => parameters.Add(before), cancellationToken);
}
