using MarketManager.Actors.Idempotency;
using MarketManager.Storage.PostgreSql.Reading;

namespace MarketManager.Storage.PostgreSql;

/// <summary>Kept answers.</summary>
internal sealed class PostgresAnswers(ReaderSource readers) : IIdempotencyStore
{
    /// <summary>So many are forgotten in a transaction: a day's may take longer than a statement is given.</summary>
    public const int Chunk = 2000;

    public async ValueTask<AnswerKept?> Find(IdempotencyKey key, DateTimeOffset notBefore, CancellationToken cancellationToken)
    {
        var kept = await readers.Read(
            "SELECT body_hash, answer, at FROM mm.answer WHERE caller = $1 AND route = $2 AND key = $3 AND at >= $4",
            parameters => parameters.Add(key.Caller).Add(key.Route).Add(key.Key).Add(notBefore),
            row => new AnswerKept(key with { BodyHash = row.Text() }, row.Text(), row.Time()),
            cancellationToken);
        return kept is [var answer] ? answer : null;
    }

    public async ValueTask Forget(DateTimeOffset before, CancellationToken cancellationToken)
    {
        while (await readers.Execute(
            "DELETE FROM mm.answer WHERE ctid = ANY (ARRAY(SELECT ctid FROM mm.answer WHERE at < $2 LIMIT $1))",
            parameters => parameters.Add(Chunk).Add(before),
            cancellationToken) == Chunk)
        {
            // One more.
        }
    }
}
